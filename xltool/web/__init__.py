"""The office page: a second face of a campaign, server-rendered, on this computer alone."""
