"""Response and template processing: what QTI's rules make of a candidate's responses. Pure, bounded, repeatable.

Source: 1EdTech QTI 2.1, 2.2 and 3.0.1, Assessment, Section and Item information models ("Expressions",
"Response processing", "Template processing").
"""
