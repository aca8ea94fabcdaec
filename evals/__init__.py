"""Questions with known answers, metrics over them, and the tables that README quotes."""
