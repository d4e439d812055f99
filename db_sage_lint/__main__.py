"""`python -m db_sage_lint`: the same as the `db-sage-lint` command."""

from db_sage_lint.cli import main

if __name__ == "__main__":
    main()
