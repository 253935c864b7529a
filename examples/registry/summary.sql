-- How many packages were judged, and how long that took.
SELECT count(*) AS packages,
       count(*) FILTER (modules > 0) AS with_modules,
       count(*) FILTER (problem IS NOT NULL) AS refused,
       round(sum(bytes) / 1e6, 1) AS archives_mb,
       round(sum(judge_seconds), 1) AS judge_seconds,
       round(sum(cpu_seconds), 1) AS cpu_seconds
FROM read_parquet($packages);

-- The verdicts, of different modules only: many packages ship the same one.
SELECT coalesce(verdict, 'not judged') AS verdict,
       count(*) AS modules,
       count(DISTINCT sha256) AS different,
       count(DISTINCT package) AS packages,
       round(sum(bytes) / 1e6, 1) AS mb,
       round(sum(seconds), 1) AS seconds
FROM read_parquet($modules)
GROUP BY ALL
ORDER BY modules DESC;

-- Why modules were not judged.
SELECT regexp_extract(reason, '^(?:offset 0x[0-9a-f]+: )?([^:;]*)', 1) AS reason,
       count(*) AS modules,
       count(DISTINCT package) AS packages
FROM read_parquet($modules)
WHERE verdict IS NULL
GROUP BY ALL
ORDER BY modules DESC, reason
LIMIT 10;

-- Why packages were not unpacked.
SELECT requested, problem
FROM read_parquet($packages)
WHERE problem IS NOT NULL
ORDER BY requested
LIMIT 10;

-- The packages that took longest.
SELECT name, version, modules, round(bytes / 1e6, 1) AS mb, round(judge_seconds, 1) AS seconds,
       round(cpu_seconds, 1) AS cpu_seconds
FROM read_parquet($packages)
ORDER BY cpu_seconds DESC NULLS LAST
LIMIT 5;

-- What the time consists of. All packages are searched for modules, and those that are found are judged.
SELECT modules > 0 AS has_modules,
       count(*) AS packages,
       round(sum(bytes) / 1e6, 1) AS mb,
       round(avg(cpu_seconds), 3) AS cpu_seconds_each,
       round(median(cpu_seconds), 3) AS median,
       round(sum(cpu_seconds) / sum(bytes) * 1e6, 3) AS cpu_seconds_each_mb
FROM read_parquet($packages)
GROUP BY ALL
ORDER BY ALL;
