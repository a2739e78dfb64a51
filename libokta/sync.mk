# Sources of libokta for the directory's way from Okta to the image.
