import LinearMath

/// One place on a triangle that is to be shaded.
struct ShadingRequest {
  let triangle: UInt32
  /// In pixels.
  let place: SIMD2<Float>
  /// Whose it is: a pixel of the tile, or a fragment.
  let target: UInt32
  let weight: Float
  let isCenter: Bool
}

/// Requests of a tile, surface by surface, shaded in eights.
struct ShadingQueue {
  private var requests: [[ShadingRequest]] = []
  /// The surfaces that have some, in order of first asking.
  private var surfaces: [Int] = []

  mutating func removeAll() {
    for surface in surfaces { requests[surface].removeAll(keepingCapacity: true) }
    surfaces.removeAll(keepingCapacity: true)
  }

  @inline(__always)
  mutating func append(_ request: ShadingRequest, surface: Int) {
    while requests.count <= surface { requests.append([]) }
    if requests[surface].isEmpty { surfaces.append(surface) }
    requests[surface].append(request)
  }

  /// What eight places look like.
  struct Looks {
    let appearance: SurfaceShading.Appearance

    @inline(__always)
    func color(_ lane: Int) -> SIMD3<Float> {
      SIMD3(appearance.color.x[lane], appearance.color.y[lane], appearance.color.z[lane])
    }

    @inline(__always)
    func normal(_ lane: Int) -> SIMD3<Float> {
      SIMD3(appearance.normal.x[lane], appearance.normal.y[lane], appearance.normal.z[lane])
    }

    @inline(__always)
    func alpha(_ lane: Int) -> Float { appearance.alpha[lane] }
  }

  /// Calls `body` with up to eight requests at a time and what they look like.
  func forEachEight(
    _ triangles: [ScreenTriangle], _ view: SoftwareView,
    _ body: (ArraySlice<ShadingRequest>, Looks) -> Void
  ) {
    forEachEight(triangles, view) { requests, surface, points, place in
      let appearance = view.shading.appearance(
        view.scene.surfaces[surface].material, points, view: view.towardsEye(place.x, place.y))
      body(requests, Looks(appearance: appearance))
    }
  }

  /// Calls `body` with up to eight requests at a time, all on one surface, and what is interpolated there.
  @inline(__always)
  func forEachEight(
    _ triangles: [ScreenTriangle], _ view: SoftwareView,
    _ body: (
      _ requests: ArraySlice<ShadingRequest>, _ surface: Int, _ points: ShadingPoints,
      _ place: (x: SIMD8<Float>, y: SIMD8<Float>)
    ) -> Void
  ) {
    for number in surfaces {
      let surface = view.scene.surfaces[number]
      let asked = requests[number]
      for start in stride(from: 0, to: asked.count, by: 8) {
        let eight = asked[start..<min(start + 8, asked.count)]
        @inline(__always)
        func of(_ lane: Int) -> ShadingRequest { asked[min(start + lane, asked.count - 1)] }
        let (a, b, c, d) = (of(0), of(1), of(2), of(3))
        let (e, f, g, h) = (of(4), of(5), of(6), of(7))
        let numbers = SIMD8(
          a.triangle, b.triangle, c.triangle, d.triangle, e.triangle, f.triangle, g.triangle,
          h.triangle)
        let x = SIMD8(
          a.place.x, b.place.x, c.place.x, d.place.x, e.place.x, f.place.x, g.place.x, h.place.x)
        let y = SIMD8(
          a.place.y, b.place.y, c.place.y, d.place.y, e.place.y, f.place.y, g.place.y, h.place.y)
        let points = ShadingPoints(surface, triangles, numbers, x, y)
        body(eight, number, points, (x, y))
      }
    }
  }
}
