import LinearMath

extension Mesh {
  /// The same surface with some edges halved. Vertices keep their numbers; new ones take the mean of both ends in
  /// every stream, so that what is interpolated does not change. Where two vertices are one point both edges must
  /// be halved, or a gap opens.
  public func halvingEdges(where isHalved: (_ a: UInt32, _ b: UInt32) -> Bool) -> Mesh {
    var (positions, streams) = (self.positions, attributes)
    var middles: [UInt64: UInt32] = [:]
    func middle(_ a: UInt32, _ b: UInt32) -> UInt32? {
      guard isHalved(a, b) else { return nil }
      let key = UInt64(min(a, b)) << 32 | UInt64(max(a, b))
      if let known = middles[key] { return known }
      let number = UInt32(positions.count)
      middles[key] = number
      positions.append((positions[Int(a)] + positions[Int(b)]) / 2)
      streams.appendMean(Int(a), Int(b))
      return number
    }
    var finer: [SIMD3<UInt32>] = []
    finer.reserveCapacity(triangles.count)
    for triangle in triangles {
      let (a, b, c) = (triangle.x, triangle.y, triangle.z)
      finer += Self.halved(a, b, c, middle(a, b), middle(b, c), middle(c, a))
    }
    return middles.isEmpty
      ? self : Mesh(unchecked: positions, triangles: finer, attributes: streams)
  }

  /// A triangle cut at the middles of those of its edges that have one.
  private static func halved(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ ab: UInt32?, _ bc: UInt32?, _ ca: UInt32?
  ) -> [SIMD3<UInt32>] {
    switch (ab, bc, ca) {
    case (nil, nil, nil): [[a, b, c]]
    case (let ab?, nil, nil): [[a, ab, c], [ab, b, c]]
    case (nil, .some, nil): halved(b, c, a, bc, ca, ab)
    case (nil, nil, .some): halved(c, a, b, ca, ab, bc)
    case (let ab?, let bc?, nil): [[ab, b, bc], [a, ab, bc], [a, bc, c]]
    case (nil, .some, .some): halved(b, c, a, bc, ca, ab)
    case (.some, nil, .some): halved(c, a, b, ca, ab, bc)
    case (let ab?, let bc?, let ca?): [[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]]
    }
  }
}

extension VertexAttributes {
  fileprivate mutating func appendMean(_ a: Int, _ b: Int) {
    if !normals.isEmpty { normals.append((normals[a] + normals[b]) / 2) }
    if !tangents.isEmpty {
      // The handedness is one of two; it has no mean.
      var tangent = (tangents[a] + tangents[b]) / 2
      tangent.w = tangents[a].w
      tangents.append(tangent)
    }
    for set in uvs.indices { uvs[set].append((uvs[set][a] + uvs[set][b]) / 2) }
    if !colors.isEmpty { colors.append((colors[a] + colors[b]) / 2) }
  }
}
