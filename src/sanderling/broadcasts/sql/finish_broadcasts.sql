-- finish_broadcasts: a campaign is done when its audience is frozen and all its batches are done.
-- Deliveries in doubt do not keep it open: they wait for a person, who may take days.
UPDATE broadcasts_broadcast b
   SET status = 'IDLE',
       finished_at = statement_timestamp(),
       updated_at = now(),
       changed = pg_current_xact_id()
 WHERE b.status = 'RUNNING'
   AND b.is_frozen
   AND b.id NOT IN (
        SELECT origin_id
          FROM sending_batch
         WHERE origin_kind = 'BROADCAST'
           AND status IN ('WAITING', 'LEASED', 'PAUSED'));
