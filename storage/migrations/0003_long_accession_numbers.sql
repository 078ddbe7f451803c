-- A B-tree refuses values of more than 2.7 kB, and whoever sends one would be told to try again for ever.
drop index study_accession_number;
create index study_accession_number on study using hash (accession_number);
