"""What a post would look like: as text and as a page, without network and key."""
