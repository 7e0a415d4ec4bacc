//! Start-up, layers, health, graceful stop, and client channels in process or over TCP
