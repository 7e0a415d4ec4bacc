//! The executable: command line and composition root
