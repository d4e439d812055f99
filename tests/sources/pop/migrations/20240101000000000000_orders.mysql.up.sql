CREATE TABLE `orders` (id bigint AUTO_INCREMENT);
