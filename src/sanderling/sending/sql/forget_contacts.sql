-- forget_contacts: forget what was sent to erased people, captured mails first.
DELETE FROM sending_captured
 WHERE delivery_id IN (
    SELECT d.id FROM sending_delivery d WHERE d.contact_id = ANY (%(contact_ids)s::bigint[])
 );

DELETE FROM sending_reference WHERE contact_id = ANY (%(contact_ids)s::bigint[]);

DELETE FROM sending_delivery WHERE contact_id = ANY (%(contact_ids)s::bigint[]);
