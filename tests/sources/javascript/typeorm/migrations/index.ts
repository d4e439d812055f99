export * from "./1700000000001-Orders";
