// swift-tools-version: 6.2
import PackageDescription

/// One room of the house: a module, the floor it stands on, and the rooms it may import.
///
/// `Tests/ArchitectureTests` reads this table and every `import` line, and fails on an import upward, sideways
/// or across the door: rooms of `Outside` never import `Inside` or `Crossing`, rooms of `Inside` never `Outside`.
struct Room {
  let name: String
  let floor: Int
  let folder: String
  let imports: [String]
}

let rooms: [Room] = [
  Room(name: "Bytes", floor: 1, folder: "Ground/Bytes", imports: ["CZlib"]),
  Room(name: "SQLite", floor: 1, folder: "Ground/SQLite", imports: ["CSQLite"]),
  Room(name: "System", floor: 2, folder: "Ground/System", imports: ["Bytes", "CLinux"]),
  Room(name: "Trust", floor: 2, folder: "Ground/Trust", imports: ["COpenSSL", "Bytes"]),
  Room(name: "Ledgers", floor: 3, folder: "Ground/Ledgers", imports: ["Bytes", "Trust"]),

  Room(name: "Policies", floor: 2, folder: "Inside/Policies", imports: []),
  Room(name: "Tables", floor: 2, folder: "Inside/Tables", imports: ["Bytes", "SQLite"]),
  Room(name: "Disclosure", floor: 3, folder: "Inside/Disclosure", imports: ["Bytes", "Policies", "Trust"]),
  Room(
    name: "Catalogs", floor: 3, folder: "Inside/Catalogs",
    imports: ["Bytes", "System", "Policies", "Tables", "Trust"]),
  Room(
    name: "Results", floor: 4, folder: "Inside/Results",
    imports: ["Bytes", "Catalogs", "Disclosure", "Policies", "SQLite", "Tables", "Trust"]),
  Room(
    name: "Site", floor: 4, folder: "Inside/Site",
    imports: ["Bytes", "Catalogs", "Disclosure", "Policies", "Releases", "Tables"]),
  Room(
    name: "Publishing", floor: 5, folder: "Inside/Publishing",
    imports: [
      "Bytes", "SQLite", "System", "Trust", "Ledgers", "Policies", "Tables", "Disclosure", "Catalogs",
      "Results", "Site",
      "Releases", "Crossing",
    ]),

  Room(
    name: "Releases", floor: 3, folder: "Sill/Releases", imports: ["Bytes", "SQLite", "System", "Trust"]),
  Room(
    name: "Crossing", floor: 4, folder: "Sill/Crossing",
    imports: ["Bytes", "Disclosure", "Policies", "Releases", "System", "Trust"]),

  Room(name: "HTTP", floor: 3, folder: "Outside/HTTP", imports: ["Bytes", "Trust", "CLinux"]),
  Room(name: "Access", floor: 3, folder: "Outside/Access", imports: ["Bytes", "SQLite", "Trust"]),
  Room(
    name: "Serving", floor: 4, folder: "Outside/Serving",
    imports: ["Access", "Bytes", "HTTP", "Ledgers", "Releases", "SQLite", "System", "Trust"]),

  Room(
    name: "Commands", floor: 6, folder: "Commands",
    imports: [
      "Bytes", "SQLite", "System", "Trust", "Ledgers", "Policies", "Tables", "Disclosure", "Catalogs",
      "Results", "Site",
      "Publishing", "Releases", "Crossing", "HTTP", "Access", "Serving",
    ]),
  Room(name: "doorsill", floor: 7, folder: "doorsill", imports: ["Commands"]),
]

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Files outside `Sources` that travel inside the binary: the theme and the default policies (through links).
let embedded: [String: [Resource]] = [
  "Catalogs": ["levels", "detectors", "protection", "access"].map { .embedInCode("Defaults/\($0).json5") },
  "Site": [.embedInCode("Theme")],
]

/// The doors to C: module maps and `static inline` functions for what Swift's importer drops.
let doors: [Target] = [
  .systemLibrary(
    name: "CSQLite", path: "Sources/Ground/C/CSQLite", pkgConfig: "sqlite3",
    providers: [.apt(["libsqlite3-dev"])]),
  .systemLibrary(
    name: "COpenSSL", path: "Sources/Ground/C/COpenSSL", pkgConfig: "openssl",
    providers: [.apt(["libssl-dev"])]),
  .systemLibrary(
    name: "CZlib", path: "Sources/Ground/C/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
  .systemLibrary(name: "CLinux", path: "Sources/Ground/C/CLinux"),
]

func target(for room: Room) -> Target {
  let dependencies = room.imports.map { Target.Dependency(stringLiteral: $0) }
  let path = "Sources/\(room.folder)"
  guard room.name != "doorsill" else {
    return .executableTarget(name: room.name, dependencies: dependencies, path: path, swiftSettings: settings)
  }
  return .target(
    name: room.name, dependencies: dependencies, path: path, resources: embedded[room.name] ?? [],
    swiftSettings: settings)
}

/// Each room has its tests beside it; what several suites need is in `Support`.
func tests(for room: Room) -> Target {
  .testTarget(
    name: "\(room.name)Tests",
    dependencies: [.byName(name: room.name), "Support"]
      + room.imports.filter { !$0.hasPrefix("C") || rooms.map(\.name).contains($0) }.map { .byName(name: $0) },
    path: "Tests/\(room.name)Tests", swiftSettings: settings)
}

let package = Package(
  name: "doorsill",
  products: [.executable(name: "doorsill", targets: ["doorsill"])],
  targets: doors + rooms.map(target(for:))
    + rooms.filter { $0.name != "doorsill" }.map(tests(for:))
    + [
      .target(name: "Support", path: "Tests/Support", swiftSettings: settings),
      .testTarget(
        name: "ArchitectureTests", dependencies: ["Support"], path: "Tests/ArchitectureTests",
        swiftSettings: settings),
      .testTarget(
        name: "EndToEnd", dependencies: ["SQLite", "Support"], path: "Tests/EndToEnd", swiftSettings: settings
      ),
    ]
)
