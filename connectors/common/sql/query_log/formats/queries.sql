-- name: parquet_columns
SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet($1))

-- name: parquet_rows
SELECT file_row_number, {columns} FROM read_parquet($1, file_row_number = true) WHERE file_row_number >= $2 AND file_row_number < $3
