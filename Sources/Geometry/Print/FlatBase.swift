import LinearMath
public import Work

extension Mesh {
  /// Cuts off what is below a height, so that the solid stands on a flat face. +z is up.
  ///
  /// - Returns: the solid and for each triangle the one it is or lies in; the new face is put to triangle 0.
  public func withFlatBase(
    at height: Float, _ work: WorkContext = WorkContext()
  ) throws -> (mesh: Mesh, sources: [Int]) {
    let box = bounds
    let margin = box.diagonal * 0.05 + 1e-3
    let low = SIMD3(box.minimum.x - margin, box.minimum.y - margin, box.minimum.z - margin)
    let high = SIMD3(box.maximum.x + margin, box.maximum.y + margin, height)
    guard high.z > low.z, height < box.maximum.z else {
      throw MeshError(
        "nothing-left", "the base would be cut above the top of the model", at: "base")
    }
    let result = try boolean(.difference, with: Mesh.box(from: low, to: high), work)
    guard !result.mesh.triangles.isEmpty else {
      throw MeshError("nothing-left", "nothing is left above the cut of the base", at: "base")
    }
    return (result.mesh, result.sources.map { $0 < triangles.count ? $0 : 0 })
  }
}
