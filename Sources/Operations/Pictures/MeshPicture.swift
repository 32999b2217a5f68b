import Geometry
import Imaging
import LinearMath
import Rendering
import Scenes
import Views
import Work

/// Pictures of meshes side by side, their triangles in plain colors.
enum MeshPicture {
  /// A mesh in the picture.
  struct Panel {
    let mesh: Mesh
    /// The linear color of each triangle; empty for clay.
    var colors: [SIMD3<Float>] = []
    /// Where it is seen from, in the picture's world: +y up, +z towards the viewer.
    var from: SIMD3<Double> = [0.55, 0.45, 1]
  }

  static let clay: SIMD3<Float> = [0.62, 0.62, 0.6]
  static let red: SIMD3<Float> = [0.8, 0.04, 0.03]
  static let orange: SIMD3<Float> = [0.9, 0.3, 0.02]
  static let violet: SIMD3<Float> = [0.35, 0.05, 0.7]
  static let teal: SIMD3<Float> = [0.02, 0.42, 0.4]

  private static let size = 640

  /// A PNG of panels on white, from left to right.
  static func png(_ panels: [Panel], up: UpAxis, _ work: WorkContext) throws -> [UInt8] {
    let lens = Intrinsics(width: size, height: size, fieldOfView: 0.6)
    var sheet = Image(
      width: size * panels.count, height: size, channels: 3,
      bytes: Array(repeating: 255, count: 3 * size * size * panels.count))
    for (index, panel) in panels.enumerated() {
      try work.checkCancelled()
      let scene = Scene(mesh: try painted(panel), material: matt).turned(from: up, to: .y)
      let renderer = try Renderer(
        try PreparedScene(scene, work), settings: RenderSettings(), intrinsics: lens, work)
      let camera = Camera(
        eye: panel.from.normalized * ViewSampling.distance(intrinsics: lens), target: .zero,
        intrinsics: lens)
      let frame = try renderer.frame(camera)
      sheet.paste(frame.color.composited(over: [255, 255, 255]), x: index * size, y: 0)
    }
    return try ImageFile.encodePNG(sheet)
  }

  private static let matt: Material = {
    var material = Material.plain
    material.baseColor = [1, 1, 1, 1]
    return material
  }()

  /// Every triangle with corners of its own, so that its color and its flatness show.
  private static func painted(_ panel: Panel) throws -> Mesh {
    let mesh = panel.mesh
    var positions: [SIMD3<Float>] = []
    var colors: [SIMD4<Float>] = []
    positions.reserveCapacity(3 * mesh.triangles.count)
    for triangle in mesh.triangles.indices {
      let (a, b, c) = mesh.corners(triangle)
      positions += [a, b, c]
      let color = SIMD4(panel.colors.isEmpty ? clay : panel.colors[triangle], 1)
      colors += [color, color, color]
    }
    let triangles = mesh.triangles.indices.map { index in
      SIMD3<UInt32>(UInt32(3 * index), UInt32(3 * index + 1), UInt32(3 * index + 2))
    }
    return try Mesh(
      positions: positions, triangles: triangles, attributes: VertexAttributes(colors: colors))
  }
}

extension TriangleDefect {
  var color: SIMD3<Float> {
    switch self {
    case .none: MeshPicture.clay
    case .open: MeshPicture.red
    case .nonManifold: MeshPicture.violet
    case .cut: MeshPicture.orange
    }
  }
}
