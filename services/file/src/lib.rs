//! Papers, photos and evidence: content-addressed, authorized by the object they belong to.
