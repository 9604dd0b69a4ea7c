-- delete_other_generations: what an older copy, or a copying that died, left behind.
DELETE FROM sources_copied
 WHERE source_id = %(source_id)s
   AND generation <> %(generation)s
