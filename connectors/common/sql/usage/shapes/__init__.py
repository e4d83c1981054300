"""The statements of a day by shape: counted, told apart by what their sessions chose; and what each shape does."""
