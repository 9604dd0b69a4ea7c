-- doubt_batch: what a vanished worker had in its hands when it went may or may not have left.
-- Nobody sends it again but a person (DESIGN, decision 9).
UPDATE sending_delivery
   SET status = 'UNSURE',
       description = 'The worker that was handing it over stopped before it had an answer.'
 WHERE batch_id = ANY(%(batch_ids)s)
   AND status = 'HANDING';
