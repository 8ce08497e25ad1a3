"""Standard words for fields a force rarely changes; a letter's own words win over them.

The force's data protection officer signs these off before the portal goes live.
"""

from collections.abc import Mapping

STANDARD_WORDS: Mapping[str, str] = {
    "accessible_format_offer": (
        "Tell us if you need this letter in large print, in Braille, as sound, in easy read or in "
        "another language. You can also ask somebody to read it with you. There is no charge."
    ),
    "purposes": (
        "Officers wear cameras to prevent and look into crime, to bring people to justice and to "
        "keep people safe. We also use the video to check how we treated people."
    ),
    "legal_basis": (
        "Part 3 of the Data Protection Act 2018, section 35. Filming is part of our task by law. "
        "Where video shows sensitive things, such as health, we also rely on Schedule 8 to the Act."
    ),
    "categories": (
        "Moving pictures and sound of you: your face, body, clothes, voice, what you said and did. "
        "With the video we keep its time, place, camera and officer."
    ),
    "recipients": (
        "The police staff who dealt with your request. We may share video with prosecutors, courts "
        "and bodies that check the police, where the law says so."
    ),
    "storage_period": (
        "We delete most video 31 days after it is recorded. We keep video longer when the law says "
        "we must. You can collect the copy made for you until the day named in this letter."
    ),
    "origin": "From a camera that a police officer wore.",
    "proof_deletion": (
        "We delete the pictures of your documents when we have checked them, and at the latest 30 "
        "days after our answer. We keep only a note that we checked them, when, and who did it."
    ),
    "reissue_route": (
        "If the link has ended, open the page for your request and ask for a new one. It is free."
    ),
    "reuse_terms": (
        "You may use this information under the Open Government Licence v3.0, except where "
        "somebody else owns the rights. People who can be seen still have their own rights."
    ),
}

PART_3_ALONE = ("purposes", "legal_basis")
