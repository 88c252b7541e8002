"""How practice systems write the names of columns: one list; capitals, blanks and punctuation decide nothing.

A name is here only where it can mean one thing. "Account number" can be the patient's or the claim's, so it is not.
"""

from __future__ import annotations

SPELLINGS: dict[str, tuple[str, ...]] = {
    # The claim.
    "claim_id": ("Claim", "Claim Number", "Claim No", "Claim Num", "Patient Control Number"),
    "payer": ("Payor", "Payer Name", "Payor Name", "Insurance", "Insurance Name", "Insurance Company", "Primary Insurance", "Carrier"),
    "payer_id": ("Payor ID", "EDI Payer ID", "Electronic Payer ID"),
    "plan": ("Plan Name", "Insurance Plan"),
    "line_of_business": ("LOB",),
    "filing_indicator": ("Claim Filing Indicator",),
    "frequency_code": ("Frequency", "Claim Frequency", "Claim Frequency Code", "Resubmission Code"),
    "original_reference": ("Original Reference Number", "Original Ref No", "Original Claim Number", "Payer Claim Control Number", "ICN"),
    "submitted_on": ("Submitted", "Submission Date", "Submit Date", "Date Submitted", "Bill Date", "Billed Date", "Date Billed"),
    "received_on": ("Received", "Received Date", "Date Received"),
    "bill_type": ("Type of Bill", "TOB"),
    "statement_from": ("Statement From Date",),
    "statement_to": ("Statement To Date", "Statement Through"),
    "place_of_service": ("POS", "Place of Service Code", "POS Code"),
    "diagnoses": ("Diagnosis", "Diagnosis Code", "Diagnosis Codes", "Dx", "Dx Code", "Dx Codes", "ICD-10", "ICD-10 Code", "ICD-10 Codes"),
    "authorization_number": ("Authorization", "Auth", "Auth Number", "Auth No", "Prior Authorization", "Prior Authorization Number",
                             "Prior Auth Number"),
    "total_charge": ("Total Charges", "Claim Total", "Claim Charge", "Total Claim Charge"),
    # The patient and the subscriber.
    "patient.id": ("MRN", "Medical Record Number", "Patient Number", "Chart", "Chart Number", "Chart No"),
    "patient.birth_date": ("Birth Date", "Birthdate", "DOB", "Date of Birth", "Patient DOB", "Patient Date of Birth"),
    "patient.sex": ("Sex", "Gender", "Patient Gender"),
    "subscriber.id": ("Member ID", "Member Number", "Insured ID", "Insured ID Number", "Subscriber Number", "MBI", "Medicare ID"),
    "subscriber.group_number": ("Group Number", "Group No", "Group"),
    # The providers.
    "billing_provider.npi": ("Billing NPI", "Group NPI"),
    "billing_provider.taxonomy": ("Billing Taxonomy",),
    "billing_provider.state": ("Billing State",),
    "rendering_provider.npi": ("Rendering NPI", "Treating Provider NPI", "Therapist NPI"),
    "rendering_provider.taxonomy": ("Rendering Taxonomy", "Therapist Taxonomy"),
    "referring_provider.npi": ("Referring NPI",),
    "supervising_provider.npi": ("Supervising NPI",),
    # The service line.
    "number": ("Line", "Line Number", "Line No"),
    "service_date": ("DOS", "Date of Service", "Visit Date", "DOS From", "From DOS", "From Date", "Service From", "Service Date From",
                     "From Date of Service", "Date of Service From"),
    "service_date_to": ("DOS To", "To DOS", "To Date", "Service To", "To Date of Service", "Date of Service To", "Through Date"),
    "code": ("CPT", "CPT Code", "HCPCS", "HCPCS Code", "CPT/HCPCS", "CPT/HCPCS Code", "Procedure", "Procedure Code", "Proc", "Proc Code",
             "Service Code"),
    "modifiers": ("Modifier", "Mods", "Mod"),
    "units": ("Unit", "Billed Units", "Service Units", "Days or Units", "Quantity", "Qty"),
    "minutes": ("Mins", "Total Minutes", "Treatment Minutes"),
    "assistant_minutes": ("PTA Minutes", "OTA Minutes", "COTA Minutes"),
    "diagnosis_pointers": ("Diagnosis Pointer", "Dx Pointer", "Dx Pointers", "Dx Ptr", "Pointer", "Pointers"),
    "charge": ("Charges", "Charge Amount", "Line Charge", "Billed", "Billed Amount", "Billed Charges"),
    "allowed": ("Allowed Amount",),
    "revenue_code": ("Rev Code", "Rev"),
    "body_area": ("Body Part",),
    # What the practice knows besides.
    "context.episode.started_on": ("Episode Start", "Start of Care", "SOC Date"),
    "context.episode.visit_number": ("Visit Number", "Visit No"),
    "context.episode.discipline": ("Discipline",),
    "context.documentation.order_on": ("Order Date",),
    "context.documentation.evaluation_on": ("Evaluation Date", "Eval Date"),
    "context.documentation.plan_of_care.established_on": ("Plan of Care Date", "POC Date"),
    "context.documentation.plan_of_care.certified_on": ("Certification Date", "Certified On"),
    "context.documentation.plan_of_care.certified_until": ("Certified Until", "Certified Through", "Certification End"),
    "context.injury.date": ("Injury Date", "Date of Injury", "Accident Date"),
    "context.injury.claim_number": ("Injury Claim Number", "WC Claim Number", "Workers Comp Claim Number"),
}  # fmt: skip
"""Each field with other names of its column; the field's own name always counts, with or without the dots."""

NUMBERED: dict[str, tuple[tuple[str, ...], int]] = {
    "diagnoses": (("Diagnosis", "Diagnosis Code", "Dx", "Dx Code", "ICD", "ICD-10 Code"), 12),
    "modifiers": (("Modifier", "Mod"), 4),
    "diagnosis_pointers": (("Diagnosis Pointer", "Dx Pointer", "Dx Ptr", "Pointer"), 4),
}
"""Lists that stand in columns of their own, counted from 1: the words before the number, and the highest number.

"ICD10" is not the tenth: it means all diagnoses.
"""

LEFT_OUT = (
    "Patient", "Patient Name", "Patient First Name", "Patient Last Name", "First Name", "Last Name", "Middle Name", "Middle Initial",
    "Name", "Address", "Address 1", "Address 2", "Street", "City", "Zip", "Zip Code", "Phone", "Phone Number", "Email", "SSN",
    "Subscriber Name", "Insured Name", "Provider", "Provider Name", "Billing Provider", "Rendering Provider", "Rendering Provider Name",
    "Referring Provider", "Referring Provider Name", "Referring Physician", "Therapist", "Therapist Name", "Facility", "Facility Name",
    "Location", "Clinic", "Procedure Description", "CPT Description", "Diagnosis Description", "Notes", "Note", "Comments", "Balance",
    "Claim Status", "Status",
)  # fmt: skip
"""Columns that no rule reads; they are left out without a word. So is a column without a name, or with a name that begins with _."""
