"""Many agencies: the roster, what was sent to whom, what came back, who is late, and the county's own figures."""
