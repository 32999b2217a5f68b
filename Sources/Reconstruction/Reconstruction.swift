public import Geometry
import LinearMath
public import Work

/// A surface rebuilt from views, in their world.
public struct RebuiltSurface: Sendable {
  public let mesh: Mesh
}

extension ViewSet {
  /// The object's closed surface.
  public func rebuilt(_ settings: ReconstructSettings, _ work: WorkContext) throws -> RebuiltSurface {
    let spacing = 2 * Double(SIMD3(box.maximum).max()) / Double(settings.resolution)
    let lattice = Lattice(around: box, spacing: spacing)
    let hull = HullField(self)
    let grid = try DistanceGrid(lattice, work) { x, y, z in hull.depth(x: x, y: y, z: z) }
    let mesh = try grid.surface(work)
    return RebuiltSurface(mesh: try inWorld(mesh))
  }

  /// A mesh of the working space in the world of the views.
  func inWorld(_ mesh: Mesh) throws -> Mesh {
    mesh.transformed(
      by: Matrix4(
        linear: Matrix3(columns: [scale, 0, 0], [0, scale, 0], [0, 0, scale]), translation: offset))
  }
}
