//! FHIR R4 bundles read as the intake of a patient: a pure mapping.
