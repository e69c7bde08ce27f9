//! What every HTTP room shares: principal, limits, request ids, problems.
