import Formats
import Foundation
import Geometry
import LinearMath
import Scenes
import Settings
import Work

/// Our verbs beside the libraries of `Benchmarks/Rivals`, on the same meshes in the same run. Prints tables
/// in Markdown: CPU seconds, medians of five runs or of those begun within a quarter of a minute (ours on one thread; of
/// Python packages those of all their threads), and what came out of it.
struct RivalRun {
  static let tasks = ["decimate", "remesh", "bvh", "weld", "files"]
  private static let driver = ".build/rivals/rivals"
  private static let python = ".build/rivals/bin/python"
  private static let (runs, seconds) = (5, 15)

  static var isInstalled: Bool {
    FileManager.default.isExecutableFile(atPath: driver)
      && FileManager.default.isExecutableFile(atPath: python)
  }

  let name: String
  let mesh: Mesh
  /// The mesh for the others, with shared vertices.
  private let input: String
  private let output: String
  private let work = WorkContext(threads: 1)

  init(_ name: String, _ original: Mesh) throws {
    let weld = Weld(original.positions)
    self.name = name
    mesh = try Mesh(
      positions: weld.vertexOfPoint.map { original.positions[Int($0)] },
      triangles: weld.triangles(of: original))
    let folder = FileManager.default.temporaryDirectory
    let stem = "rivals-\(ProcessInfo.processInfo.processIdentifier)"
    input = folder.appendingPathComponent(stem + "-in.obj").path
    output = folder.appendingPathComponent(stem + "-out.obj").path
    var text = ""
    for p in mesh.positions { text += "v \(p.x) \(p.y) \(p.z)\n" }
    for t in mesh.triangles { text += "f \(t.x + 1) \(t.y + 1) \(t.z + 1)\n" }
    try Data(text.utf8).write(to: URL(fileURLWithPath: input))
  }

  func removeFiles() {
    for path in [input, output] { try? FileManager.default.removeItem(atPath: path) }
  }

  func run(_ task: String) throws {
    print("\n### \(task): \(name), \(mesh.triangles.count) triangles\n")
    switch task {
    case "decimate": try decimate()
    case "remesh": try remesh()
    case "bvh": try search()
    case "files": try files()
    default: try weld()
    }
  }

  private func decimate() throws {
    print("| tool | CPU s | triangles | mean error % | largest error % | cut triangles |")
    print("|---|---|---|---|---|---|")
    func row(_ tool: String, _ seconds: Double, _ result: Mesh) throws {
      let deviation = try result.deviation(from: mesh, work)
      let diagonal = Double(mesh.bounds.diagonal)
      let cut = try result.selfIntersectingTriangles().count
      let (mean, largest) = (deviation.mean / diagonal * 100, deviation.maximum / diagonal * 100)
      print(
        "| \(tool) | \(seconds.short) | \(result.triangles.count) | \(mean.short) | \(largest.short) | \(cut) |"
      )
    }
    for (tool, isFast) in [("Maquette, fast", true), ("Maquette", false)] {
      var settings = DecimateSettings()
      settings.ratio = 0.1
      settings.fast = isFast
      let (seconds, result) = try timed { try mesh.decimated(settings, work).mesh }
      try row(tool, seconds, result)
    }
    // Our guarded mode also says how far the result is off, which the others do not.
    var settings = DecimateSettings()
    settings.ratio = 0.1
    let (seconds, result) = try timed {
      let result = try mesh.decimated(settings, work).mesh
      _ = try result.deviation(from: mesh, work)
      return result
    }
    try row("Maquette, error measured", seconds, result)
    for tool in ["meshoptimizer", "cgal", "pymeshlab", "libigl"] {
      guard let answer = ask("decimate", tool, 0.1) else { continue }
      try row(tool, answer["seconds"]?.double ?? .nan, try answered())
    }
  }

  private func remesh() throws {
    let sides = mesh.triangles.indices.map { triangle in
      let (a, b, c) = mesh.corners(triangle)
      return Double((b - a).length + (c - b).length + (a - c).length)
    }
    let length = sides.reduce(0, +) / Double(3 * sides.count)
    print(
      "| tool | CPU s | triangles | radius ratio | least angle | edges in range % | largest error % | cut triangles |"
    )
    print("|---|---|---|---|---|---|---|---|")
    func row(_ tool: String, _ seconds: Double, _ result: Mesh) throws {
      let shape = TriangleShapes(result, length)
      let deviation = try result.deviation(from: mesh, work)
      let largest = deviation.maximum / Double(mesh.bounds.diagonal) * 100
      let cut = try result.selfIntersectingTriangles().count
      print(
        "| \(tool) | \(seconds.short) | \(result.triangles.count) | \(shape.radiusRatio.short) | \(shape.leastAngle.short) | \(shape.inRange.short) | \(largest.short) | \(cut) |"
      )
    }
    var settings = RemeshSettings()
    settings.edgeLength = length
    let (seconds, result) = try timed { try mesh.remeshed(settings, work).mesh }
    try row("Maquette", seconds, result)
    for tool in ["cgal", "cgal-features", "meshlib", "pymeshlab"] {
      guard let answer = ask("remesh", tool, length) else { continue }
      try row(tool, answer["seconds"]?.double ?? .nan, try answered())
    }
  }

  private func search() throws {
    let count = 100_000
    let generator = SeededGenerator(seed: 1)
    let box = mesh.bounds
    let points = (0..<count).map { index -> SIMD3<Float> in
      var draw = generator.stream(index)
      let place = SIMD3(Float(draw.unit()), Float(draw.unit()), Float(draw.unit())) - 0.5
      return box.center + box.size * place * 1.1
    }
    let (build, tree) = try timed { BVH(mesh) }
    let (closest, _) = try timed { points.count { tree.closestPoint(to: $0) != nil } }
    let (rays, _) = try timed {
      zip(points, points.dropFirst()).count { tree.firstHit(from: $0, along: $1 - $0) != nil }
    }
    print("| tool | build, CPU s | \(count) closest points, CPU s | \(count) rays, CPU s |")
    print("|---|---|---|---|")
    print("| Maquette | \(build.short) | \(closest.short) | \(rays.short) |")
    for tool in ["embree", "libigl"] {
      guard let answer = ask("bvh", tool, Double(count)) else { continue }
      let columns = ["build", "closest", "rays"].map { answer[$0]?.double?.short ?? "" }
      print("| \(tool) | \(columns.joined(separator: " | ")) |")
    }
  }

  private func weld() throws {
    // The triangles as a file without indices has them.
    let corners = mesh.triangles.flatMap { t in
      (0..<3).map { mesh.positions[Int(t[$0])] }
    }
    let soup = try Mesh(
      positions: corners,
      triangles: (0..<UInt32(mesh.triangles.count)).map { [3 * $0, 3 * $0 + 1, 3 * $0 + 2] })
    let (seconds, _) = try timed { soup.boundaryLoops().count }
    let millions = Double(mesh.triangles.count) / 1e6
    print("| tool | CPU s | million triangles a second |\n|---|---|---|")
    print("| Maquette | \(seconds.short) | \((millions / seconds).short) |")
    guard let other = ask("weld", "meshoptimizer", 0)?["seconds"]?.double else { return }
    print("| meshoptimizer | \(other.short) | \((millions / other).short) |")
  }

  /// Writing and reading 3MF, reading binary STL with welding and adjacency, and reading OBJ and GLB, a hundred
  /// thousand triangles.
  private func files() throws {
    let share = 100_000 / Double(mesh.triangles.count)
    print(
      "| tool | 3MF write, CPU ms/100 k | 3MF read | STL read, weld, adjacency | OBJ read | GLB read |\n"
        + "|---|---|---|---|---|---|"
    )
    func row(_ tool: String, _ seconds: [Double?]) {
      let cells = seconds.map { $0.map { ($0 * share * 1000).short } ?? "" }
      print("| \(tool) | \(cells.joined(separator: " | ")) |")
    }
    let (write, package) = try timed { try Scenarios.encoded(mesh, .threeMF) }
    let stem = String(output.dropLast(4))
    let paths = (package: stem + ".3mf", soup: stem + ".stl")
    let others = [SceneFormat.obj, .glb].map { (format: $0, path: "\(stem).\($0.rawValue)") }
    defer {
      for path in [paths.0, paths.1] + others.map(\.path) {
        try? FileManager.default.removeItem(atPath: path)
      }
    }
    try Data(package).write(to: URL(fileURLWithPath: paths.package))
    try Data(Scenarios.encoded(mesh, .stl)).write(to: URL(fileURLWithPath: paths.soup))
    let (read, _) = try timed { try SceneFile.read(paths.package, log: LogSink()) }
    let (soup, _) = try timed {
      try SceneFile.read(paths.soup, log: LogSink()).merged().boundaryLoops().count
    }
    let seconds = try others.map { other in
      try Data(Scenarios.encoded(mesh, other.format)).write(to: URL(fileURLWithPath: other.path))
      return try timed { try SceneFile.read(other.path, log: LogSink()) }.0
    }
    row("Maquette", [write, read, soup] + seconds)
    for tool in ["pymeshlab", "lib3mf", "trimesh", "meshlib"] {
      guard let answer = ask("files", tool, 0) else { continue }
      row(tool, ["write", "read", "stl", "obj", "glb"].map { answer[$0]?.double })
    }
  }

  /// The median CPU seconds of a body.
  private func timed<T>(_ body: () throws -> T) throws -> (Double, T) {
    try Repeats.median(most: Self.runs, seconds: Double(Self.seconds)) {
      let start = clock()
      let result = try body()
      return (Double(clock() - start) / Double(CLOCKS_PER_SEC), result)
    }
  }

  /// What a rival answers, or nil with a line where it has none.
  private func ask(_ task: String, _ tool: String, _ value: Double) -> JSONValue? {
    let isNative = ["meshoptimizer", "cgal", "cgal-features", "embree"].contains(tool)
    // Where files are what is measured, one of them has this name.
    if task != "files" { try? FileManager.default.removeItem(atPath: output) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: isNative ? Self.driver : Self.python)
    process.arguments =
      (isNative ? [] : ["Benchmarks/Rivals/rivals.py"])
      + [task, tool, input, output, "\(value)", "\(Self.runs)", "\(Self.seconds)"]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
      let data = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      if process.terminationStatus == 0 {
        let lines = data.split(separator: UInt8(ascii: "\n"))
        if let line = lines.last { return try JSONValue(parsing: Data(line)) }
      }
    } catch {}
    print("| \(tool) | failed |")
    return nil
  }

  /// The mesh a rival has written.
  private func answered() throws -> Mesh {
    var positions: [SIMD3<Float>] = []
    var triangles: [SIMD3<UInt32>] = []
    for line in try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.first == "v" {
        positions.append(
          SIMD3(Float(words[1]) ?? .nan, Float(words[2]) ?? .nan, Float(words[3]) ?? .nan))
      } else if words.first == "f" {
        let corner = words[1...3].map { (UInt32($0) ?? 0) &- 1 }
        triangles.append([corner[0], corner[1], corner[2]])
      }
    }
    return try Mesh(positions: positions, triangles: triangles)
  }
}

/// How good triangles are, on average.
private struct TriangleShapes {
  /// Twice the inscribed circle's radius over the circumscribed one's: 1 for an equilateral triangle.
  var radiusRatio = 0.0
  /// The least angle of a triangle, in degrees.
  var leastAngle = 0.0
  /// What part of the edges is from 4/5 to 4/3 of the length asked for, in %.
  var inRange = 0.0

  init(_ mesh: Mesh, _ length: Double) {
    var inside = 0
    for triangle in mesh.triangles.indices {
      let (a, b, c) = mesh.corners(triangle)
      let sides = [(b - a), (c - b), (a - c)].map { Double($0.length) }.sorted()
      inside += sides.count { $0 >= 0.8 * length && $0 <= 4.0 / 3 * length }
      let area = Double((b - a).cross(c - a).length) / 2
      let (x, y, z) = (sides[0], sides[1], sides[2])
      guard area > 0 else { continue }
      radiusRatio += 16 * area * area / ((x + y + z) * x * y * z)
      leastAngle += acos(min(1, (y * y + z * z - x * x) / (2 * y * z))) * 180 / .pi
    }
    let count = Double(max(1, mesh.triangles.count))
    radiusRatio /= count
    leastAngle /= count
    inRange = Double(inside) / (3 * count) * 100
  }
}

extension Double {
  /// Three digits that count.
  fileprivate var short: String { String(format: "%.3g", self) }
}
