import Glibc
import LinearMath

/// Shapes with parameters, for models, tests and figures. All are closed and face outwards unless said.
extension Mesh {
  /// A box between two corners, with eight shared vertices.
  public static func box(from low: SIMD3<Float> = [-1, -1, -1], to high: SIMD3<Float> = [1, 1, 1])
    -> Mesh
  {
    let positions = (0..<8).map { corner in
      SIMD3<Float>(
        corner & 1 == 0 ? low.x : high.x, corner & 2 == 0 ? low.y : high.y,
        corner & 4 == 0 ? low.z : high.z)
    }
    let quads: [[UInt32]] = [
      [0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5],
    ]
    return Mesh(
      unchecked: positions, triangles: quads.flatMap(Self.split), attributes: VertexAttributes())
  }

  /// A unit sphere from an icosahedron cut `levels` times in four.
  public static func icosphere(levels: Int) -> Mesh {
    let golden: Float = 1.618_034
    let corners: [SIMD3<Float>] = [
      [-1, golden, 0], [1, golden, 0], [-1, -golden, 0], [1, -golden, 0],
      [0, -1, golden], [0, 1, golden], [0, -1, -golden], [0, 1, -golden],
      [golden, 0, -1], [golden, 0, 1], [-golden, 0, -1], [-golden, 0, 1],
    ]
    var positions = corners.map(\.normalized)
    var triangles: [SIMD3<UInt32>] = [
      [0, 11, 5], [0, 5, 1], [0, 1, 7], [0, 7, 10], [0, 10, 11],
      [1, 5, 9], [5, 11, 4], [11, 10, 2], [10, 7, 6], [7, 1, 8],
      [3, 9, 4], [3, 4, 2], [3, 2, 6], [3, 6, 8], [3, 8, 9],
      [4, 9, 5], [2, 4, 11], [6, 2, 10], [8, 6, 7], [9, 8, 1],
    ]
    for _ in 0..<levels {
      var middles: [UInt64: UInt32] = [:]
      func middle(_ a: UInt32, _ b: UInt32) -> UInt32 {
        let key = UInt64(min(a, b)) << 32 | UInt64(max(a, b))
        if let known = middles[key] { return known }
        positions.append((positions[Int(a)] + positions[Int(b)]).normalized)
        middles[key] = UInt32(positions.count - 1)
        return UInt32(positions.count - 1)
      }
      triangles = triangles.flatMap { t -> [SIMD3<UInt32>] in
        let (ab, bc, ca) = (middle(t.x, t.y), middle(t.y, t.z), middle(t.z, t.x))
        return [[t.x, ab, ca], [t.y, bc, ab], [t.z, ca, bc], [ab, bc, ca]]
      }
    }
    return Mesh(
      unchecked: positions, triangles: triangles,
      attributes: VertexAttributes(normals: positions))
  }

  /// A torus around the y axis, with shared vertices.
  public static func torus(
    radius: Float, tube: Float, segments: Int = 48, sides: Int = 24
  ) -> Mesh {
    var positions: [SIMD3<Float>] = []
    var normals: [SIMD3<Float>] = []
    for segment in 0..<segments {
      let around = 2 * Float.pi * Float(segment) / Float(segments)
      let out = SIMD3<Float>(cos(around), 0, -sin(around))
      for side in 0..<sides {
        let angle = 2 * Float.pi * Float(side) / Float(sides)
        let normal = out * cos(angle) + SIMD3(0, sin(angle), 0)
        positions.append(out * radius + normal * tube)
        normals.append(normal)
      }
    }
    func index(_ segment: Int, _ side: Int) -> UInt32 {
      UInt32((segment % segments) * sides + side % sides)
    }
    var triangles: [SIMD3<UInt32>] = []
    for segment in 0..<segments {
      for side in 0..<sides {
        triangles += split([
          index(segment, side), index(segment + 1, side), index(segment + 1, side + 1),
          index(segment, side + 1),
        ])
      }
    }
    return Mesh(
      unchecked: positions, triangles: triangles, attributes: VertexAttributes(normals: normals))
  }

  /// A surface of revolution around the y axis, with UVs (u once around, v along the profile from the
  /// top down) and a seam of doubled vertices.
  ///
  /// - Parameters:
  ///   - profile: radius and height from top to bottom, with the normal (radial, up) there. A sharp
  ///     edge is two entries at one place. Closed where it begins and ends at radius 0.
  ///   - segments: how many steps once around takes.
  public static func lathe(
    _ profile: [(point: SIMD2<Float>, normal: SIMD2<Float>, v: Float)], segments: Int
  ) -> Mesh {
    var positions: [SIMD3<Float>] = []
    var streams = VertexAttributes(uvs: [[]])
    for ring in profile {
      for segment in 0...segments {
        let turn = Float(segment % segments) / Float(segments)
        let angle = 2 * Float.pi * turn
        let out = SIMD3<Float>(cos(angle), 0, -sin(angle))
        positions.append(out * ring.point.x + SIMD3(0, ring.point.y, 0))
        streams.normals.append((out * ring.normal.x + SIMD3(0, ring.normal.y, 0)).normalized)
        streams.uvs[0].append([Float(segment) / Float(segments), ring.v])
      }
    }
    var triangles: [SIMD3<UInt32>] = []
    let width = UInt32(segments + 1)
    for ring in 0..<max(0, profile.count - 1) where profile[ring].point != profile[ring + 1].point {
      for segment in 0..<UInt32(segments) {
        let top = UInt32(ring) * width + segment
        let bottom = top + width
        if profile[ring + 1].point.x > 0 { triangles.append([top, bottom, bottom + 1]) }
        if profile[ring].point.x > 0 { triangles.append([top, bottom + 1, top + 1]) }
      }
    }
    return Mesh(unchecked: positions, triangles: triangles, attributes: streams)
  }

  private static func split(_ quad: [UInt32]) -> [SIMD3<UInt32>] {
    [[quad[0], quad[1], quad[2]], [quad[0], quad[2], quad[3]]]
  }
}
