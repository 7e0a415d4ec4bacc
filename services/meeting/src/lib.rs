//! Bodies, meetings, agenda, motions, ballots and resolutions
