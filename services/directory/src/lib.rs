//! Regions, communities, organizations, people, posts, appointments, API clients and sign-in
