"""The families' answers as other systems take them: FHIR R4B and REDCap. Nothing here writes to the store."""
