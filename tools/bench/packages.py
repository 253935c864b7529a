"""Pin the npm packages whose modules the bench measures.

The packages differ in size and in the compiler: Rust, C and C++ with Emscripten, Go, AssemblyScript. Modules
are judged without their host code. Modules whose imports have minified names cannot be, so they are left out.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Package:
    """A package in the registry; `integrity` is the digest of its archive, as npm writes it.

    `wanted` names the files that the bench needs, by suffix `.wasm`, name `a.wasm` or path `lib/a.wasm`.
    """

    name: str
    version: str
    integrity: str
    wanted: tuple[str, ...] = (".wasm",)

    @property
    def folder(self) -> str:
        """Return the name of the package's folder in the corpus."""
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}"

    def wants(self, path: str) -> bool:
        """Return whether the bench needs the file at `path` in the archive."""
        name = path.rpartition("/")[2]
        return any(
            name.endswith(wanted) if wanted.startswith(".") else f"/{path}".endswith(f"/{wanted}")
            for wanted in self.wanted
        )


_GRAMMARS = [
    "json",
    "vue",
    "html",
    "toml",
    "lua",
    "css",
    "elm",
    "yaml",
    "scala",
    "go",
    "java",
    "python",
    "javascript",
    "zig",
    "c",
    "php",
    "rust",
    "dart",
    "bash",
    "systemrdl",
    "solidity",
    "kotlin",
    "ruby",
    "typescript",
]

PACKAGES = (
    Package(
        "@babylonjs/havok",
        "1.3.14",
        "sha512-+j2FDwLtkh5Gb//KizE8Ks3GIB/3vH8Yx9cQsMvZQpsKkH5gn089wIlJ9Yt8dJxbwBmWKGpMTIXxZE7YdOHUnQ==",
        ("lib/esm/HavokPhysics.wasm",),
    ),
    Package(
        "@biomejs/wasm-nodejs",
        "2.5.14",
        "sha512-Iq/p5C8C/vl/cglAWYeSb3HZX9pKJAYQE8hgj3WJd25Ez3AFEiAHZtJMUJ5uKsZzRM9xnQllcOoHMjrPEHxYZg==",
    ),
    Package(
        "@bytecodealliance/jco",
        "1.35.0",
        "sha512-O53cWIMm/M1SpwLxKRicvAMDnzWf4zWs6I6qFZIGbn3HUovDMCCe9blkGxxYuyocHjVf/cXgNmlMu/x7Tyi77A==",
    ),
    Package(
        "@cwasm/webp",
        "0.1.5",
        "sha512-ceIZQkyxK+s7mmItNcWqqHdOBiJAxYxTnrnPNgUNjldB1M9j+Bp/3eVIVwC8rUFyN/zoFwuT0331pyY3ackaNA==",
    ),
    Package(
        "@dimforge/rapier3d",
        "0.21.0",
        "sha512-wpyT3jc6otNV5LPTomj7A85VTI2QKZl/vCnhFwuOSMWoopZqxCgWLt/jCQUUugcIQmLI/pD5aAuswtUc5owo+w==",
    ),
    Package(
        "@duckdb/duckdb-wasm",
        "1.32.0",
        "sha512-IewXTNYEjsZCPE9weUWgtjGxUlMRo7qhX0GF6tq/KjK8bnY+RAl4cyUdYUfcdzbyb4b9ZxPC+FOsCcxgaKFWMg==",
        ("duckdb-eh.wasm", "duckdb-mvp.wasm"),
    ),
    Package(
        "@electric-sql/pglite",
        "0.5.17",
        "sha512-8SvKjiUjaU+0O0dbxjOfN+jXz14TEqDWbwDkYOW1aQ11y/ph2JvFVI27ABBo5nfw+ZfSqy4hKCNlbnbB1TDE+g==",
        ("initdb.wasm", "pglite.wasm"),
    ),
    Package(
        "@hyzyla/pdfium",
        "2.1.13",
        "sha512-4J+xMFJW6V+jktxor6Lsk/2YdPCpeY+Ga69J98uyNQwYESkAsUDxz8BeFU0ZbZJIJ+fK3J6bm61gmwWnUzVU1g==",
    ),
    Package(
        "@matrix-org/matrix-sdk-crypto-wasm",
        "18.9.0",
        "sha512-NtLzNDTEfNASBjNCTGZHuk7N0jrQhS6Zx2CM857rCHZYYh/rpbKGQNrJ7azktm4S1P5Jy3WU3nwJTGohGw26qQ==",
    ),
    Package(
        "@node-rs/argon2-wasm32-wasi",
        "2.2.1",
        "sha512-jh9x3aEthWuwKDJEhONBUjI/uXcFIZolUdvd/caeTxYOritO7wzjmtweH2eWmEpmH0riKgqxtBeWdOMXk0jXqA==",
    ),
    Package(
        "@one-ini/wasm",
        "0.2.1",
        "sha512-TUqERXGNTifZ9y2g3wPxQrw3HpHv/02DsW3D90T9x0hhonrL1ZqpSmNrU2XkoIq0fP1N6gZfVQzy2Fw1ZvGBNg==",
    ),
    Package(
        "@resvg/resvg-wasm",
        "2.6.2",
        "sha512-FqALmHI8D4o6lk/LRWDnhw95z5eO+eAa6ORjVg09YRR7BkcM6oPHU9uyC0gtQG5vpFLvgpeU4+zEAz2H8APHNw==",
    ),
    Package(
        "@rollup/wasm-node",
        "4.68.4",
        "sha512-srqYEUEX0/yC9zvIaBHrIwj9z3WlaeTxrY+8h4RgsORpnZBTcWnEO+bI3u9fE2CljN9TRaKKjtrQ0IWiCF2ECA==",
    ),
    Package(
        "@sqlite.org/sqlite-wasm",
        "3.41.2",
        "sha512-elKOYvLMzDDvKH28TF++iGPfqmsBBZG8iSCNo8lBSboSLCe+PBn3zwPO5NJRg9vojjMXVoRiifmBZ0IBdVBKjg==",
    ),
    Package(
        "@swc/wasm",
        "1.16.18",
        "sha512-dDdqcIo2nb3fqLGlwzBRKryDKxBUDpQ5pWZO3FYqbakMzPRcn5Fubeoa9c/l4/z72ecy7C1r/8D9gOX9PRSouQ==",
    ),
    Package(
        "@tensorflow/tfjs-backend-wasm",
        "4.22.0",
        "sha512-/IYhReRIp4jg/wYW0OwbbJZG8ON87mbz0PgkiP3CdcACRSvUN0h8rvC0O3YcDtkTQtFWF/tcXq/KlVDyV49wmA==",
        ("dist/tfjs-backend-wasm.wasm", "dist/tfjs-backend-wasm-threaded-simd.wasm"),
    ),
    Package(
        "brotli-wasm",
        "3.0.1",
        "sha512-U3K72/JAi3jITpdhZBqzSUq+DUY697tLxOuFXB+FpAE/Ug+5C3VZrv4uA674EUZHxNAuQ9wETXNqQkxZD6oL4A==",
        ("pkg.node/brotli_wasm_bg.wasm",),
    ),
    Package(
        "esbuild-wasm",
        "0.28.2",
        "sha512-GccVwhv3mmOUVQHCQm2Ox/rby8n/EqUwvZxE6Pjfikrq/lWw9g9WX/u9EykWnpot3Ko6j426DgQdea2xWKIAQA==",
    ),
    Package(
        "harfbuzzjs",
        "1.6.4",
        "sha512-T/PyfhVt1gGR2Tkf5KJUj1DQFkVBXHw552lS1iLEEDhV1Lukb3eq1pk2ov85kgbT2YUiZtJBTak9w+M7YgzUEQ==",
    ),
    Package(
        "jolt-physics",
        "1.1.0",
        "sha512-Erl+X0yK2f9/8Wrl55Nb2y9FYS5xDx375EabnHq+TbSDYEuPZBLvpaLV4nbc1M5gyA5Llbug81wSj1zSMRUr7Q==",
        ("jolt-physics.wasm.wasm",),
    ),
    Package(
        "lightningcss-wasm",
        "1.33.0",
        "sha512-OLAtqEyInBSVWjPrTjpLzcZUMUHO0q+2PFBXKr86nxZOu0P38givj/ZMtRaZ0d38pMTb9wQx+LtaLtHclv+sEA==",
    ),
    Package(
        "lz4-wasm-nodejs",
        "0.9.2",
        "sha512-hSwgJPS98q/Oe/89Y1OxzeA/UdnASG8GvldRyKa7aZyoAFCC8VPRtViBSava7wWC66WocjUwBpWau2rEmyFPsw==",
    ),
    Package(
        "pyodide",
        "314.0.7",
        "sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A==",
    ),
    Package(
        "re2-wasm",
        "1.0.2",
        "sha512-VXUdgSiUrE/WZXn6gUIVVIsg0+Hp6VPZPOaHCay+OuFKy6u/8ktmeNEf+U5qSA8jzGGFsg8jrDNu1BeHpz2pJA==",
    ),
    Package(
        "source-map",
        "0.8.0",
        "sha512-d8EqvL+k/SOXCreS/SUzg2ciyHqBBLcN/yuRjFsbvVhHTE2pgei7oAhmPM7kWFbkX6OSMQfUq4KbkF3au9lhYQ==",
    ),
    Package(
        "sql.js",
        "1.16.0",
        "sha512-q/JOZuJfmVh8Zf8Eo+cMJvtxAWeWBqTfJ6AQYGXZmcaLGHMwhA2niH3fQYHrBtPeOss1ttzHec07K5+rHaMRMw==",
        ("sql-wasm-debug.wasm", "sql-wasm.js"),
    ),
    Package(
        "tiktoken",
        "1.0.22",
        "sha512-PKvy1rVF1RibfF3JlXBSP0Jrcw2uq3yXdgcEXtKTYn3QJ/cBRBHDnrJ5jHky+MENZ6DIPwNUGWpkVx+7joCpNA==",
    ),
    Package(
        "tiny-secp256k1",
        "2.2.4",
        "sha512-FoDTcToPqZE454Q04hH9o2EhxWsm7pOSpicyHkgTwKhdKWdsTUuqfP5MLq3g+VjAtl2vSx6JpXGdwA2qpYkI0Q==",
    ),
    Package(
        "tree-sitter-wasms",
        "0.1.13",
        "sha512-wT+cR6DwaIz80/vho3AvSF0N4txuNx/5bcRKoXouOfClpxh/qqrF4URNLQXbbt8MaAxeksZcZd1j8gcGjc+QxQ==",
        tuple(f"tree-sitter-{grammar}.wasm" for grammar in _GRAMMARS),
    ),
    Package(
        "v86",
        "0.5.462",
        "sha512-aKPX7DdzqAKFRv2omDkqSju0uEzlOxzo+II82J5UT7+tZNsboA6kyaNq9NKAnxvo9hzpJ8dQj7vcvcz0J7I2QA==",
        ("v86.wasm",),
    ),
    Package(
        "vscode-oniguruma",
        "2.0.1",
        "sha512-poJU8iHIWnC3vgphJnrLZyI3YdqRlR27xzqDmpPXYzA93R4Gk8z7T6oqDzDoHjoikA2aS82crdXFkjELCdJsjQ==",
    ),
    Package(
        "wasm-vips",
        "0.0.19",
        "sha512-KeejYs8oNqPUd2C/XPRhQtRabydqOSkUyCdWhFf2ucL8rVKqHvtp5ZYuYLyeDG/4y45tvROST3mQWla+1uotSA==",
        ("vips.wasm", "vips-heif.wasm", "vips-jxl.wasm", "vips-resvg.wasm"),
    ),
    Package(
        "wasmboy",
        "0.7.1",
        "sha512-qgA3bIFAqioYs8kYXtsanIvedgZlZQf382zs3gNlZHIItsAnRzV70/Vp6cJxbK4FyaiG58ah8/g7OW3orrs9Lg==",
        ("dist/core/core.untouched.wasm",),
    ),
    Package(
        "web-ifc",
        "0.0.78",
        "sha512-LGKMNYFVNyz9vVERN0iz+zvPQJqT7MEGBxslzcuuhwDDOA116LmJLKkg8sZ5SEvQJSc5NRVMWgpRNkDmuoQoJg==",
        ("web-ifc.wasm",),
    ),
    Package(
        "web-tree-sitter",
        "0.27.2",
        "sha512-ZRo86GKI4aOSBAqOrPmCtriExI3xIzu1sNw/V6v3b4QGxrEmO19FGwbMNdyhw3MJLAZIw0xAV0oSpqX361eAyQ==",
    ),
    Package(
        "z3-solver",
        "5.2.0",
        "sha512-0mGfrkwV/3zKGLy+EPWlHGORWMVZ8BsaiVYxVxuztk28YHRlD1XO0R7Op7g1nc6JX6kG2b8mHwXTuxSFnYQvww==",
    ),
)
