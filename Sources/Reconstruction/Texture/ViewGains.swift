import Geometry
import LinearMath
import Work

/// By how much each photograph's channels are to be multiplied so that all were taken by one exposure and white balance:
/// what makes the places that several see most alike (the gains of Brown and Lowe, "Automatic panoramic image stitching
/// using invariant features", 2007, by medians).
struct ViewGains {
  /// One a view, of sRGB codes; their mean is 1.
  let factors: [SIMD3<Float>]

  /// - Parameter maps: how far away each view sees the mesh.
  init(_ set: ViewSet, _ mesh: Mesh, _ maps: [[Float]], _ work: WorkContext) throws {
    let normals = mesh.attributes.normals
    let every = max(1, mesh.positions.count / 8000)
    let places = Array(stride(from: 0, to: mesh.positions.count, by: every))
    let seen = try parallelMap(count: places.count, work) { index in
      set.seen(
        mesh.positions[places[index]], normals[places[index]], set.views.map(\.colors), maps, nil
      )
      .filter { $0.color.xyz.min() > 8 && $0.color.xyz.max() < 247 }
    }.filter { $0.count > 1 }
    var factors = [SIMD3<Float>](repeating: .one, count: set.views.count)
    for _ in 0..<10 {
      var ratios = [[SIMD3<Float>]](repeating: [], count: factors.count)
      for place in seen {
        let mean =
          place.reduce(SIMD3<Float>.zero) { $0 + $1.color.xyz * factors[$1.view] }
          / Float(place.count)
        for (view, color) in place { ratios[view].append(mean / color.xyz) }
      }
      for view in factors.indices where ratios[view].count > 20 {
        for channel in 0..<3 {
          let sorted = ratios[view].map { $0[channel] }.sorted()
          factors[view][channel] = sorted[sorted.count / 2]
        }
      }
      let mean = factors.reduce(.zero, +) / Float(factors.count)
      for view in factors.indices { factors[view] /= mean }
    }
    self.factors = factors
  }
}
