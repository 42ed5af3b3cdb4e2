-- A batch is some thousand values, which would be written to a temporary file and read again in the memory that a server
-- grants by default.
ALTER FUNCTION views.fold(
    text, bigint, uuid, text[], integer[], integer[], bigint[], bigint[],
    integer[], bytea[], bytea[], integer[], bytea[],
    integer[], bytea[], bytea[], bytea[], bytea[],
    integer[], bytea[], bytea[], bytea[], bytea[]
) SET work_mem = '64MB';
