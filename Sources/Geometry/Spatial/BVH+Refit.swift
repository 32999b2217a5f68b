import LinearMath

extension BVH {
  /// Lets the boxes and triangles follow vertices that have moved, in a fraction of the time of a new
  /// tree. The tree stays as it was divided, so the further they have moved, the slower searches become.
  ///
  /// Throws `MeshError` where `mesh` does not have as many triangles as the tree was made for.
  public mutating func refit(to mesh: Mesh) throws(MeshError) {
    let count = triangles.max().map { Int($0) + 1 } ?? 0
    guard count == mesh.triangles.count else {
      throw MeshError(
        "unequal-count", "the tree was made for \(count) triangles, not \(mesh.triangles.count)",
        at: "refit")
    }
    for block in 0..<triangles.count / 8 { fillBlock(block, mesh.positions, mesh.triangles) }
    // Children stand after their parents.
    for node in (0..<links.count / 8).reversed() {
      for lane in 0..<8 where bounds[6 * node][lane] < .infinity {
        let box = childBox(links[8 * node + lane])
        for axis in 0..<3 {
          bounds[6 * node + axis][lane] = box.minimum[axis]
          bounds[6 * node + 3 + axis][lane] = box.maximum[axis]
        }
      }
    }
    if !links.isEmpty { box = childBox(0) }
  }

  /// Around a node's children, or a block's triangles.
  private func childBox(_ link: UInt32) -> Box {
    var box = Box()
    if link & Self.leafBit == 0 {
      for axis in 0..<3 {
        box.minimum[axis] = bounds[6 * Int(link) + axis].min()
        box.maximum[axis] = bounds[6 * Int(link) + 3 + axis].max()
      }
      return box
    }
    let base = 9 * Int(link & ~Self.leafBit)
    for lane in 0..<8 {
      func vector(_ row: Int) -> SIMD3<Float> {
        SIMD3(
          corners[base + row][lane], corners[base + row + 1][lane], corners[base + row + 2][lane])
      }
      let a = vector(0)
      box.insert(a)
      box.insert(a + vector(3))
      box.insert(a + vector(6))
    }
    return box
  }
}
