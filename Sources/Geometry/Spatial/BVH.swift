public import LinearMath

/// A tree of boxes over the triangles of a mesh, eight children a node, for everything that asks what is
/// near: closest points, rays, overlaps.
///
///     node n      six vectors of eight bounds each, `bounds[6 n ..< 6 n + 6]`: lower x y z, upper x y z
///                 eight links, `links[8 n ..< 8 n + 8]`: a node, or with the top bit set a block
///     block b     up to eight triangles, `corners[9 b ..< 9 b + 9]`: first corner, and the two edges from it
///                 eight triangle numbers, `triangles[8 b ..< 8 b + 8]`; unused lanes repeat the first
///
/// Built by binned surface area heuristic (Wald, "On fast construction of SAH-based bounding volume
/// hierarchies", 2007). The same mesh gives the same tree, bit by bit, on any machine.
public struct BVH: Sendable {
  var bounds: [SIMD8<Float>] = []
  var links: [UInt32] = []
  var corners: [SIMD8<Float>] = []
  var triangles: [UInt32] = []
  /// Around everything.
  public internal(set) var box = Box()

  static let leafBit: UInt32 = 0x8000_0000

  /// A tree over all triangles of `mesh`, also those without area.
  public init(_ mesh: Mesh, quick: Bool = false) {
    self.init(positions: mesh.positions, triangles: mesh.triangles, quick: quick)
  }

  /// Whether there is no triangle in it.
  public var isEmpty: Bool { triangles.isEmpty }

  /// The corners of eight triangles: first corner, and the edges from it.
  @inline(__always)
  static func block(
    _ corners: Span<SIMD8<Float>>, _ block: Int
  ) -> (a: Lanes3, ab: Lanes3, ac: Lanes3) {
    let base = 9 * block
    return (
      Lanes3(
        corners[base], corners[base + 1], corners[base + 2]),
      Lanes3(
        corners[base + 3], corners[base + 4], corners[base + 5]),
      Lanes3(
        corners[base + 6], corners[base + 7], corners[base + 8])
    )
  }
}
