import Geometry
import Work

/// Where numbers that a reader found become a mesh.
struct MeshDoor {
  let log: LogSink
  /// Leaves triangles out that have a corner at no place, instead of refusing the file.
  let isTolerant: Bool
  /// Asked by what takes long.
  let cancellation: Cancellation

  func mesh(
    positions: [SIMD3<Float>], triangles: [SIMD3<UInt32>],
    attributes: VertexAttributes = VertexAttributes()
  ) throws(MeshError) -> Mesh {
    guard isTolerant else {
      return try Mesh(positions: positions, triangles: triangles, attributes: attributes)
    }
    let (mesh, dropped) = try Mesh.salvaged(
      positions: positions, triangles: triangles, attributes: attributes)
    if dropped > 0 {
      log.warn("\(dropped) triangles had corners that are no finite numbers and were left out")
    }
    return mesh
  }
}
