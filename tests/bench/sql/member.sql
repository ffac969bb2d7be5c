-- One member by id with the check of the scope, as identityd reads many at once.
\set who random(0, :members - 1)
SELECT m.id, m.organization_id, o.name AS organization_name, p.name, p.id_number_sealed, p.sex, p.birth_date,
       p.ethnic_group, p.education, p.phone_sealed, p.address_sealed, m.category, m.joined_on, m.full_since, m.state,
       m.version
  FROM member m
  JOIN person p ON p.street_id = m.street_id AND p.id = m.id
  JOIN organization o ON o.street_id = m.street_id AND o.id = m.organization_id
 WHERE m.street_id = :street AND m.id = ('00000000-0000-7000-8000-' || lpad(:who, 12, '0'))::uuid
   AND m.organization_path ^@ ANY (:scope::text[]);
