public import Geometry
import LinearMath
public import Work

/// A surface rebuilt from views, in their world.
public struct RebuiltSurface: Sendable {
  public let mesh: Mesh
}

extension ViewSet {
  /// The object's closed surface.
  public func rebuilt(_ settings: ReconstructSettings, seed: UInt64, _ work: WorkContext) throws
    -> RebuiltSurface
  {
    let hull = HullField(self)
    var mesh = try surface(of: hull, spacing: spacing(settings.resolution), work)
    if settings.stereo {
      let maps = try confirmed(try depthMaps(from: mesh, seed: seed, work), work)
      let lattice = Lattice(around: box, spacing: spacing(settings.resolution))
      let field = FusedField(
        hull: hull, maps: maps, projections: projections, band: 4 * Float(lattice.spacing),
        pixel: pixelSize)
      let grid = try DistanceGrid(
        lattice, work, constant: { field.constant($0, $1) },
        field: { x, y, z in field.values(x: x, y: y, z: z) })
      mesh = try grid.surface(work).withoutCrumbs(below: 0.005)
    }
    if settings.refineRounds > 0 {
      var even = RemeshSettings()
      even.edgeLength = Double(pixelSize)
      even.iterations = 3
      even.featureAngleDegrees = 180
      var fewer = DecimateSettings()
      fewer.targetTriangles = Int(1.5 * mesh.surfaceArea / (0.43 * Double(pixelSize * pixelSize)))
      fewer.fast = true
      mesh = try mesh.decimated(fewer, work).mesh.remeshed(even, work).mesh
      mesh = try refined(mesh, rounds: settings.refineRounds, work)
    }
    return RebuiltSurface(mesh: try inWorld(mesh))
  }

  /// How large a pixel is at the object's middle, in the view that shows it best.
  private var pixelSize: Float {
    projections.map { $0.project(.zero).depth / max($0.focal.x, $0.focal.y) }.sorted()[projections.count / 4]
  }

  /// Between lattice points of which so many lie along the object's longest side.
  private func spacing(_ resolution: Int) -> Double {
    2 * Double(box.maximum.max()) / Double(resolution)
  }

  private func surface(of hull: HullField, spacing: Double, _ work: WorkContext) throws -> Mesh {
    try DistanceGrid(
      Lattice(around: box, spacing: spacing), work, constant: { hull.constant($0, $1) },
      field: { x, y, z in hull.depth(x: x, y: y, z: z) }
    ).surface(work)
  }

  /// A mesh of the working space in the world of the views.
  func inWorld(_ mesh: Mesh) throws -> Mesh {
    mesh.transformed(
      by: Matrix4(
        linear: Matrix3(columns: [scale, 0, 0], [0, scale, 0], [0, 0, scale]), translation: offset))
  }
}

extension Mesh {
  /// Of all triangles, in squares of the mesh's unit.
  var surfaceArea: Double {
    triangles.reduce(0) { sum, triangle in
      let a = SIMD3<Double>(positions[Int(triangle.x)])
      let b = SIMD3<Double>(positions[Int(triangle.y)])
      let c = SIMD3<Double>(positions[Int(triangle.z)])
      return sum + (b - a).cross(c - a).length / 2
    }
  }
}
