"""What the mail formats share: addresses, threads, bodies, and telling machines from people."""
