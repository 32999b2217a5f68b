// swift-tools-version: 6.2
// The one table of what exists and what it may import. CONTRIBUTING.md says why it is cut this way.
import Foundation
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

// `make fuzz` watches which branches are taken, and memory. (`--sanitize` heeds only one of the two.)
let isFuzzing = ProcessInfo.processInfo.environment["MAQUETTE_FUZZ"] != nil
let instrumentation: [SwiftSetting] =
  isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer,address"])] : []

// SIMD8 code wants AVX2 and FMA. The clang importer's target features
// reach Swift's code generation; the program checks the processor when it starts.
let wantsBaseline = ProcessInfo.processInfo.environment["MAQUETTE_ARCH"] == "baseline"
let architecture: [SwiftSetting] =
  (wantsBaseline
    ? [] : [.unsafeFlags(["-Xcc", "-march=x86-64-v3"]), .define("REQUIRES_X86_64_V3")])
  + instrumentation

/// A Swift module, and everything it may import.
///
/// - Parameter isOpen: its tests see what is internal to it, also in release builds. For modules that are
///   no product, whose parts have no reason to be public.
func module(_ name: String, uses: [String] = [], isOpen: Bool = false) -> Target {
  .target(
    name: name, dependencies: uses.map { .init(stringLiteral: $0) },
    swiftSettings: strict + architecture + (isOpen ? [.unsafeFlags(["-enable-testing"])] : []))
}

func tests(of name: String, uses: [String] = []) -> Target {
  .testTarget(
    name: name + "Tests",
    dependencies: ([name, "TestSupport"] + uses).map { .init(stringLiteral: $0) },
    swiftSettings: strict + architecture)
}

/// A C library from Debian. Each shim.h says why the library is there.
func library(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let foundations = ["LinearMath", "Settings", "Work"]

/// libFuzzer brings its own `main`, so this program exists only for `make fuzz`.
let fuzzer: [Target] =
  !isFuzzing
  ? []
  : [
    .executableTarget(
      name: "fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz",
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])])
  ]

let package = Package(
  name: "maquette",
  products: [
    .library(name: "Geometry", targets: ["Geometry"]),
    .library(name: "Formats", targets: ["Formats"]),
    .library(name: "Rendering", targets: ["Rendering"]),
    .library(name: "Datasets", targets: ["Datasets"]),
    .library(name: "Reconstruction", targets: ["Reconstruction"]),
    .executable(name: "maquette", targets: ["maquette"]),
    .executable(name: "maquette-assimp", targets: ["maquette-assimp"]),
    // libmaquette-c.so, which the Python package holds.
    .library(name: "maquette-c", type: .dynamic, targets: ["CInterface"]),
  ],
  targets: [
    // Floor 1: foundations and C libraries.
    .systemLibrary(name: "CLanes"),
    module("LinearMath", uses: ["CLanes"]),
    module("Settings"),
    module("Work"),
    .systemLibrary(name: "CGather"),
    library("CPNG", pkgConfig: "libpng", apt: "libpng-dev"),
    library("CJPEG", pkgConfig: "libturbojpeg", apt: "libturbojpeg0-dev"),
    library("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
    library("CHDF5", pkgConfig: "hdf5", apt: "libhdf5-dev"),
    library("CISAL", pkgConfig: "libisal", apt: "libisal-dev"),
    library("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
    library("CWebP", pkgConfig: "libwebp", apt: "libwebp-dev"),
    .systemLibrary(name: "CMeshopt", providers: [.apt(["libmeshoptimizer-dev"])]),
    .target(name: "CDraco", linkerSettings: [.linkedLibrary("draco")]),
    // Its pkg-config file holds a flag that this build tool warns of.
    .target(
      name: "CEXR",
      cxxSettings: [.unsafeFlags(["-I/usr/include/OpenEXR", "-I/usr/include/Imath"])],
      linkerSettings: ["OpenEXR-3_1", "Imath-3_1", "Iex-3_1"].map { .linkedLibrary($0) }),
    library("CMicroHTTPD", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
    library("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    library("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
    library("CPQ", pkgConfig: "libpq", apt: "libpq-dev"),
    .target(name: "CSandbox"),
    module("HTTP", uses: ["CMicroHTTPD", "CCurl"], isOpen: true),
    .target(name: "COnnx", linkerSettings: [.linkedLibrary("dl")]),
    library("CEGL", pkgConfig: "egl", apt: "libegl-dev"),
    // Floor 2: the three nouns' materials.
    module("Geometry", uses: foundations),
    module("Imaging", uses: foundations + ["CPNG", "CJPEG", "CWebP", "CEXR", "CISAL"]),
    module("Archives", uses: ["Work", "CArchive", "CHDF5", "CISAL", "CCrypto"]),
    // Floor 3: frames and scenes.
    module("Views", uses: foundations + ["Imaging"]),
    module("Scenes", uses: foundations + ["Geometry", "Imaging"]),
    // Floor 4: workshops.
    module(
      "Formats",
      uses: foundations + [
        "Geometry", "Imaging", "Scenes", "Archives", "CDraco", "CMeshopt",
      ]),
    module(
      "Rendering", uses: foundations + ["Geometry", "Imaging", "Views", "Scenes", "CEGL"]),
    module(
      "Datasets", uses: foundations + ["Imaging", "Views", "Archives"]),
    module("Video", uses: ["Imaging", "Work"]),
    module(
      "Reconstruction",
      uses: foundations + ["Geometry", "Imaging", "Views", "Scenes", "CGather", "COnnx"]),
    // Floor 5: the verbs. Floor 7: the executable.
    module(
      "Operations",
      uses: foundations + [
        "Geometry", "Imaging", "Views", "Scenes", "Formats", "Rendering", "Datasets", "Archives",
        "Reconstruction", "Video",
      ]),
    // Floor 6: the service.
    module(
      "Service",
      uses: ["Operations", "HTTP", "Archives", "Settings", "Work", "CSQLite", "CPQ", "CSandbox"],
      isOpen: true),
    .executableTarget(
      name: "maquette", dependencies: ["Operations", "Service", "Settings", "Work"],
      swiftSettings: strict + architecture),
    .target(
      name: "CInterface",
      dependencies: (foundations + [
        "Geometry", "Imaging", "Views", "Rendering", "Datasets", "Operations",
      ]).map { .init(stringLiteral: $0) },
      exclude: ["maquette.h"], swiftSettings: strict + architecture),
    // A child process of Formats: the Open Asset Import Library, away from everything else.
    .executableTarget(
      name: "maquette-assimp", linkerSettings: [.linkedLibrary("assimp")]),
    .executableTarget(
      name: "benchmark",
      dependencies: [
        "LinearMath", "Settings", "Work", "Geometry", "Imaging", "Views", "Scenes", "Formats",
        "Rendering", "Reconstruction",
      ],
      path: "Benchmarks", exclude: ["Baselines", "Rivals", "report.py"],
      swiftSettings: strict + architecture),
    // Tests mirror the sources.
    .target(
      name: "TestSupport",
      path: "Tests/TestSupport", swiftSettings: strict + architecture),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Formats", "Imaging", "Archives", "Scenes", "HTTP", "Service", "Settings", "Work",
      ],
      path: "Tests/FuzzTargets", swiftSettings: strict + architecture),
    .testTarget(
      name: "FuzzTests", dependencies: ["FuzzTargets", "TestSupport"], exclude: ["Corpus"],
      swiftSettings: strict + architecture),
    tests(of: "LinearMath"),
    tests(of: "Settings"),
    tests(of: "Work"),
    tests(of: "Geometry", uses: foundations),
    tests(of: "Imaging", uses: foundations),
    tests(of: "Archives"),
    tests(of: "HTTP"),
    tests(of: "Service", uses: ["HTTP", "Operations", "Settings", "Archives"]),
    tests(of: "Views", uses: foundations + ["Imaging"]),
    tests(of: "Formats", uses: foundations + ["Geometry", "Imaging", "Scenes", "Archives"]),
    tests(
      of: "Rendering", uses: foundations + ["Geometry", "Imaging", "Views", "Scenes", "Formats"]),
    tests(of: "Reconstruction", uses: foundations + ["Geometry", "Imaging", "Views", "Scenes"]),
    tests(of: "Operations", uses: foundations + ["Geometry", "Scenes", "Formats", "Imaging"]),
    .testTarget(
      name: "CommandLineTests", dependencies: ["TestSupport", "Settings", "maquette"],
      swiftSettings: strict + architecture),
    .testTarget(
      name: "PeerTests", dependencies: ["TestSupport", "Settings", "maquette"],
      exclude: [
        "drive_chaos.py", "drive_dialects.py", "drive_dxgl.py", "drive_mcp.py", "drive_portal.py",
        "drive_trouble.py", "drive_growth.py", "drive_python.py", "fleets.py", "library.c",
        "make_networks.py", "postgres_process.py", "read_dataset.py",
        "read_layouts.py", "read_package.py", "read_usd.py", "service_process.py", "slurm_once.sh",
      ],
      swiftSettings: strict + architecture),
  ] + fuzzer,
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
