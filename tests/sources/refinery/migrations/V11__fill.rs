pub fn migration() -> String {
    let mut m = Migration::new();
    m.create_table("refund", |t| {
        t.add_column("id", types::primary());
    });
    m.make::<Pg>()
}
