services.a Additional property oom_score_adj is not allowed
