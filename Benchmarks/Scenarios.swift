import Formats
import Foundation
import Geometry
import Imaging
import LinearMath
import Rendering
import Scenes
import Views
import Work

/// What is measured, on data that is made here so that every machine measures the same.
enum Scenarios {
  static let all: [Scenario] = [
    encodePNG, weld, adjacency, report, readGLB, render, decimateFast, decimate, remesh, buildBVH,
    closestPoint, rays, selfIntersections, write3MF, read3MF, readSTL, readOBJ,
    repair, boolean, hollow, unwrap, rebuild,
  ]

  private static let mesh = Mesh.torus(radius: 1, tube: 0.4, segments: 600, sides: 300)

  /// A shaded ball on nothing: smooth colour with long runs, as rendered views are.
  private static let picture: Image = {
    let size = 800
    var bytes = [UInt8](repeating: 0, count: 4 * size * size)
    for y in 0..<size {
      for x in 0..<size {
        let (u, v) = (Double(x - 400) / 320, Double(y - 400) / 320)
        guard u * u + v * v < 1 else { continue }
        let height = (1 - u * u - v * v).squareRoot()
        let light = max(0, 0.5 * u - 0.6 * v + 0.6 * height)
        for (channel, tint) in [230.0, 140, 60, 255].enumerated() {
          let shade = channel == 3 ? 255 : tint * (0.2 + 0.8 * light)
          bytes[4 * (y * size + x) + channel] = UInt8(shade.clamped(to: 0...255))
        }
      }
    }
    return Image(width: size, height: size, channels: 4, bytes: bytes)
  }()

  private static let encodePNG = Scenario(name: "encode-png", bytes: picture.bytes.count) {
    // How well zlib packs is the library's affair; the picture it gives back is ours.
    let again = try ImageFile.decode(try ImageFile.encodePNG(picture)).image
    return [("differingBytes", zip(again.bytes, picture.bytes).count { $0 != $1 })]
  }

  private static let weld = Scenario(name: "weld", bytes: 12 * mesh.positions.count) {
    [("points", Weld(mesh.positions).vertexOfPoint.count)]
  }

  static let bumpy: Mesh = {
    let round = Mesh.torus(radius: 1, tube: 0.4, segments: 400, sides: 200)
    let moved = round.positions.map { $0 * (1 + 0.03 * wave($0.x) * wave($0.y) * wave($0.z)) }
    return (try? Mesh(positions: moved, triangles: round.triangles)) ?? round
  }()

  /// Smooth bumps without a call into the mathematics library, which may differ between machines.
  private static func wave(_ x: Float) -> Float {
    let turn = x * 6 - (x * 6).rounded(.down) - 0.5
    return 1 - 16 * turn * turn * (1 - turn * turn)
  }

  static let geometryBytes = 12 * bumpy.triangles.count + 12 * bumpy.positions.count

  private static func decimated(_ fast: Bool) throws -> [(key: String, value: Int)] {
    var settings = DecimateSettings()
    settings.ratio = 0.1
    settings.fast = fast
    return [("triangles", try bumpy.decimated(settings, WorkContext()).mesh.triangles.count)]
  }

  private static let decimateFast = Scenario(name: "decimate-fast", bytes: geometryBytes) {
    try decimated(true)
  }

  private static let decimate = Scenario(name: "decimate", bytes: geometryBytes) {
    try decimated(false)
  }

  private static let remesh = Scenario(name: "remesh", bytes: geometryBytes) {
    let result = try bumpy.remeshed(RemeshSettings(), WorkContext()).mesh
    let report = result.report()
    return [("genus", report.genus ?? -1), ("boundaryEdges", report.boundaryEdges)]
  }

  private static let adjacency = Scenario(name: "adjacency", bytes: geometryBytes) {
    [("boundaryLoops", bumpy.boundaryLoops().count)]
  }

  private static let tree = BVH(bumpy)

  private static let buildBVH = Scenario(name: "bvh-build", bytes: geometryBytes) {
    [("isEmpty", BVH(bumpy).isEmpty ? 1 : 0)]
  }

  /// Points spread over a box somewhat larger than the mesh.
  private static let points: [SIMD3<Float>] = {
    let generator = SeededGenerator(seed: 1)
    let box = bumpy.bounds
    return (0..<100_000).map { index in
      var draw = generator.stream(index)
      let place = SIMD3(Float(draw.unit()), Float(draw.unit()), Float(draw.unit())) - 0.5
      return box.center + box.size * place * 1.1
    }
  }()

  private static let closestPoint = Scenario(name: "bvh-closest", bytes: 12 * points.count) {
    [("found", points.count { tree.closestPoint(to: $0) != nil })]
  }

  private static let rays = Scenario(name: "bvh-rays", bytes: 24 * points.count) {
    let hits = zip(points, points.dropFirst()).count { from, to in
      tree.firstHit(from: from, along: to - from) != nil
    }
    return [("hitsAboveHalf", hits > points.count / 2 ? 1 : 0)]
  }

  private static let selfIntersections = Scenario(
    name: "self-intersections", bytes: geometryBytes
  ) {
    [("triangles", try bumpy.selfIntersectingTriangles().count)]
  }

  /// The bumpy torus with a hundredth of its triangles taken out and another one through it.
  private static let broken: Mesh = {
    let kept = bumpy.triangles.enumerated().filter { $0.offset % 100 != 0 }.map(\.element)
    let open = (try? Mesh(positions: bumpy.positions, triangles: kept)) ?? bumpy
    return Mesh.merged([
      open, bumpy.transformed(by: Matrix4(linear: .identity, translation: [1, 0.01, 0.02])),
    ])
  }()

  private static let repair = Scenario(name: "repair", bytes: 2 * geometryBytes) {
    let result = try broken.repaired(RepairSettings(), WorkContext())
    return [
      ("printable", result.report.after.isPrintable ? 1 : 0),
      ("genus", result.report.after.mesh.genus ?? -1),
    ]
  }

  private static let boolean = Scenario(name: "boolean", bytes: 2 * geometryBytes) {
    let other = bumpy.transformed(by: Matrix4(linear: .identity, translation: [1, 0.01, 0.02]))
    let result = try bumpy.boolean(.difference, with: other, WorkContext()).mesh
    return [("components", result.report().components)]
  }

  private static let hollow = Scenario(name: "hollow", bytes: 12 * 15_000) {
    var settings = HollowSettings()
    settings.wallMillimeters = 0.1
    let ring = Mesh.torus(radius: 1, tube: 0.4, segments: 100, sides: 50)
    let result = try ring.hollowed(settings, WorkContext())
    return [("cavities", result.cavities), ("thinWall", result.leastWall < 0.098 ? 1 : 0)]
  }

  private static let report = Scenario(name: "report", bytes: 12 * mesh.triangles.count) {
    let report = mesh.report()
    return [
      ("triangles", report.triangles), ("components", report.components),
      ("genus", report.genus ?? -1), ("boundaryEdges", report.boundaryEdges),
    ]
  }

  private static let file: [UInt8] =
    (try? SceneFile.encode(
      Scene(mesh: mesh, unit: .meters), as: .glb, stem: "x", log: LogSink()
    )[0].bytes) ?? []

  private static let readGLB = Scenario(name: "read-glb", bytes: file.count) {
    [("bytes", file.count), ("triangles", try reread(file, .glb).triangleCount)]
  }

  /// Where files lie while a run lasts.
  static let scratch = FileManager.default.temporaryDirectory.appendingPathComponent(
    "maquette-benchmark-\(ProcessInfo.processInfo.processIdentifier)")

  /// Written once in a run, so that only the reading is timed.
  private static func reread(_ file: [UInt8], _ format: SceneFormat) throws -> Scene {
    let path = scratch.appendingPathComponent("\(file.count).\(format.rawValue)")
    if !FileManager.default.fileExists(atPath: path.path) {
      try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
      try Data(file).write(to: path)
    }
    return try SceneFile.read(path.path, log: LogSink())
  }

  static func encoded(_ mesh: Mesh, _ format: SceneFormat) throws -> [UInt8] {
    let scene = Scene(mesh: mesh, unit: .millimeters)
    return try SceneFile.encode(scene, as: format, stem: "x", log: LogSink())[0].bytes
  }

  private static let package = (try? encoded(bumpy, .threeMF)) ?? []

  private static let write3MF = Scenario(name: "write-3mf", bytes: geometryBytes) {
    // How well ISA-L packs is the library's affair; the model that comes back is ours.
    let scene = try reread(try encoded(bumpy, .threeMF), .threeMF)
    return [("differs", scene.merged().positions == bumpy.positions ? 0 : 1)]
  }

  private static let read3MF = Scenario(name: "read-3mf", bytes: geometryBytes) {
    [("triangles", try reread(package, .threeMF).triangleCount)]
  }

  private static let soup = (try? encoded(bumpy, .stl)) ?? []

  /// With vertices welded and the mesh's edges found.
  private static let readSTL = Scenario(name: "read-stl", bytes: soup.count) {
    let mesh = try reread(soup, .stl).merged()
    return [("triangles", mesh.triangles.count), ("boundaryLoops", mesh.boundaryLoops().count)]
  }

  private static let text = (try? encoded(bumpy, .obj)) ?? []

  private static let readOBJ = Scenario(name: "read-obj", bytes: text.count) {
    [("triangles", try reread(text, .obj).triangleCount)]
  }

  /// Eight views of 400 pixels, without encoding.
  private static let render = Scenario(name: "render", bytes: 8 * 400 * 400 * 12) {
    let lens = Intrinsics(width: 400, height: 400, fieldOfView: 0.857)
    let work = WorkContext()
    let scene = try PreparedScene(Scene(mesh: mesh, material: Material.plain), work)
    let renderer = try Renderer(scene, settings: RenderSettings(), intrinsics: lens, work)
    var views = 0
    for camera in ViewSampling.cameras(count: 8, coverage: .hemisphere, intrinsics: lens) {
      views += try renderer.frame(camera).depth.contains { $0 > 0 } ? 1 : 0
    }
    return [("viewsWithSurface", views), ("triangles", scene.triangleCount)]
  }
}

extension Double {
  fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
    min(max(self, range.lowerBound), range.upperBound)
  }
}
