-- analyze_staging: tell the planner how many people there are; a temporary table is never
-- looked at by autovacuum, and without it 50,000 rows were joined by nested loops over loops.
ANALYZE contacts_staged;
