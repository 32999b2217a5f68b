import LinearMath

extension Soup {
  /// A plate for some of the soup's triangles: they themselves, the same again a little behind them turned
  /// over, and walls around the rim. Closed, whatever the triangles.
  func plate(_ chosen: [Int], thickness: Float) -> Soup {
    var sheet = Soup(
      positions: positions, triangles: chosen.map { triangles[$0] },
      sources: chosen.map { sources[$0] })
    // Each manifold piece by itself: a point has one direction there.
    let patches = Patches(sheet.triangles)
    var behind: [SIMD2<UInt32>: UInt32] = [:]
    var normals: [SIMD2<UInt32>: SIMD3<Double>] = [:]
    for index in sheet.triangles.indices where patches.isTurned[index] {
      let t = sheet.triangles[index]
      sheet.triangles[index] = SIMD3(t.x, t.z, t.y)
    }
    let front = sheet.triangles
    for (triangle, corners) in front.enumerated() {
      let patch = UInt32(patches.patchOf[triangle])
      let normal = sheet.areaNormal(triangle).normalized
      let (a, b, c) = sheet.corners(triangle)
      let places = [a, b, c].map { SIMD3<Double>($0) }
      for corner in 0..<3 {
        let (p, q) = (
          (places[(corner + 1) % 3] - places[corner]).normalized,
          (places[(corner + 2) % 3] - places[corner]).normalized
        )
        normals[SIMD2(patch, corners[corner]), default: .zero] +=
          normal * ArcCosine.of(p.dot(q))
      }
    }
    func back(_ patch: Int, _ point: UInt32) -> UInt32 {
      let key = SIMD2(UInt32(patch), point)
      if let known = behind[key] { return known }
      let new = UInt32(sheet.positions.count)
      sheet.positions.append(
        positions[Int(point)] - SIMD3<Float>(normals[key]!.normalized) * thickness)
      behind[key] = new
      return new
    }
    for (triangle, t) in front.enumerated() {
      let patch = patches.patchOf[triangle]
      sheet.append(
        SIMD3(back(patch, t.x), back(patch, t.z), back(patch, t.y)),
        source: sheet.sources[triangle])
    }
    for members in patches.members {
      let balance = EdgeBalance(ofFew: members.map { front[$0] })
      let patch = patches.patchOf[members[0]]
      for edge in balance.missing {
        for _ in 0..<edge.count {
          let (u, v) = (edge.from, edge.to)
          let (x, y) = (back(patch, u), back(patch, v))
          sheet.append(SIMD3(u, v, y))
          sheet.append(SIMD3(u, y, x))
        }
      }
    }
    return sheet
  }
}
