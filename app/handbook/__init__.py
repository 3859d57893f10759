"""The site handbook: the pages of `resources/handbook`, read on the screen and printed on paper."""
