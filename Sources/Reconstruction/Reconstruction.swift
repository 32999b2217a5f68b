public import Geometry
public import Imaging
import LinearMath
public import Work

/// An object rebuilt from views, in their world.
public struct RebuiltObject: Sendable {
  /// Closed and manifold as points; vertices stand twice along the seams of the atlas, which is the first UV set.
  public let mesh: Mesh
  /// sRGB, RGB, of the atlas.
  public let texture: Image
  /// Occlusion, roughness and metalness of the atlas, RGB, where the views tell them; the texture is base color then,
  /// and what the pictures show (with their light) otherwise.
  public let matter: Image?
  /// The part of the atlas that no view saw and that was filled from what lies beside it.
  public let unseenShare: Double
  public let charts: Int
}

extension ViewSet {
  /// The object: outlines (Laurentini 1994), depth by propagated patches (Barnes 2009, Bleyer 2011), one surface of both
  /// (Curless and Levoy 1996, Kazhdan 2006), an atlas, and its colors.
  ///
  /// - Parameters:
  ///   - seed: what is drawn by lot follows from it; the same seed gives the same bytes on any number of threads.
  ///   - observer: is told of each stage and what it made.
  /// - Returns: a closed mesh with texture coordinates and its pictures, in the views' world and units.
  /// - Throws: `ReconstructionError` where the views enclose nothing, and when it is cancelled.
  public func rebuilt(
    _ settings: ReconstructSettings, seed: UInt64, _ work: WorkContext,
    _ observer: RebuildObserver = RebuildObserver()
  ) throws -> RebuiltObject {
    let surface = try surface(settings, seed: seed, work, observer)
    return try finished(surface, settings, work, observer)
  }

  /// A surface of the working space with as many triangles as are wanted, its atlas and its colors, in the world.
  func finished(
    _ surface: Mesh, _ settings: ReconstructSettings, _ work: WorkContext,
    _ observer: RebuildObserver
  ) throws -> RebuiltObject {
    observer.enter(.atlas)
    let shape = try reduced(surface, settings, work)
    var atlas = UnwrapSettings()
    atlas.textureSize = settings.textureSize
    let flat = try shape.withSmoothNormals().unwrapped(atlas, work)
    observer.enter(.texture)
    let matters = views.compactMap(\.material?.matter)
    let raster = AtlasRaster(flat.mesh, side: settings.textureSize)
    let (texture, unseen) = try texture(
      flat.mesh, raster, of: views.map(\.colors), work)
    let matter =
      matters.count < views.count
      ? nil : try self.texture(flat.mesh, raster, of: matters, work).image
    return RebuiltObject(
      mesh: inWorld(flat.mesh), texture: texture, matter: matter, unseenShare: unseen,
      charts: flat.charts)
  }

  private func surface(
    _ settings: ReconstructSettings, seed: UInt64, _ work: WorkContext,
    _ observer: RebuildObserver
  ) throws -> Mesh {
    observer.enter(.hull)
    let hull = HullField(self)
    var mesh = try surface(of: hull, spacing: spacing(settings.resolution), work)
    try observer.keep(.mesh("hull", inWorld(mesh)))
    observer.enter(.depth)
    let maps = try surfaceMaps(from: mesh, settings, seed: seed, work, observer)
    observer.enter(.fusion)
    if let maps {
      let fused = try fused(hull, maps, settings.resolution, work)
      try observer.keep(.mesh("fused", inWorld(fused)))
      if fused.handles > Self.mostHandles {
        work.log.warn(
          "the pictures contradict each other about depth, as shiny or blank surfaces make them; the surface is that of the outlines alone"
        )
      } else {
        mesh = fused
      }
    }
    observer.enter(.surface)
    if maps == nil && areFarApart {
      mesh = try FairSurface.of(
        try even(mesh, triangles: Self.fewViewsTriangles, work), in: self, work)
      try observer.keep(.mesh("fair", inWorld(mesh)))
    }
    if settings.refineRounds > 0 {
      var even = RemeshSettings()
      even.edgeLength = Double(pixelSize)
      even.iterations = 3
      even.featureAngleDegrees = 180
      var fewer = DecimateSettings()
      fewer.targetTriangles = Int(1.5 * mesh.area / (0.43 * Double(pixelSize * pixelSize)))
      fewer.fast = true
      mesh = try mesh.decimated(fewer, work).mesh.remeshed(even, work).mesh
      mesh = try refined(mesh, rounds: settings.refineRounds, work)
      try observer.keep(.mesh("refined", inWorld(mesh)))
    }
    return mesh
  }

  /// What each view says of the surface, measured or matched; nil where outlines are all there is.
  private func surfaceMaps(
    from hull: Mesh, _ settings: ReconstructSettings, seed: UInt64, _ work: WorkContext,
    _ observer: RebuildObserver
  ) throws -> [SurfaceMap]? {
    if let given = try givenDepth(work) { return given }
    guard settings.stereo, !areFarApart else { return nil }
    if let maps = observer.recall("depth").flatMap({ DepthRecord.maps($0, for: projections) }) {
      return maps
    }
    let depths = try depthMaps(from: hull, seed: seed, work)
    let maps = try confirmed(depths, work)
    guard observer.isKeeping else { return maps }
    for (view, (depth, map)) in zip(views, zip(depths, maps)) {
      try observer.keep(.picture("depth/\(view.name)", depth.picture(where: map)))
    }
    try observer.keep(.record("depth", DepthRecord.bytes(maps)))
    let (scale, offset) = (Float(scale), SIMD3<Float>(offset))
    let points = maps.flatMap { map in
      map.weights.indices.lazy.filter { map.weights[$0] > 0 }
        .map { (map.points[$0] * scale + offset, map.normals[$0]) }
    }
    try observer.keep(.points("depth", points))
    return maps
  }

  /// The surface that outlines and depth agree on.
  private func fused(
    _ hull: HullField, _ maps: [SurfaceMap], _ resolution: Int, _ work: WorkContext
  ) throws -> Mesh {
    // Of many views a part of the pixels is enough.
    let all = SeenPoints(
      maps, every: max(1, views.count / 50), in: box, radius: max(1.5 * pixelSize, 1e-4))
    func surface(_ spacing: Double, _ bounds: SeenBounds?, _ points: SeenPoints?) throws -> Mesh {
      let lattice = Lattice(around: box, spacing: spacing)
      let field = FusedField(
        hull: hull, maps: maps, points: points, projections: projections, bounds: bounds,
        band: 4 * Float(lattice.spacing), pixel: pixelSize)
      return try DistanceGrid(
        lattice, work, constant: { field.constant($0, $1) },
        field: { x, y, z in field.values(x: x, y: y, z: z) }
      ).surface(work).withoutCrumbs(below: 0.005)
    }
    let spacing = spacing(resolution)
    guard arePhotographs else { return try surface(spacing, nil, all) }
    let seen = try points(seenOf: try surface(2 * spacing, nil, nil), work)
    return try surface(spacing, SeenBounds(seen, margin: 2 * pixelSize, work), all)
  }

  /// Where the rays of some pixels of all views end on a surface.
  private func points(seenOf mesh: Mesh, _ work: WorkContext) throws -> [SIMD3<Float>] {
    let tree = BVH(mesh)
    let seen = try parallelMap(count: views.count, work) { index -> [SIMD3<Float>] in
      let (camera, image) = (projections[index], views[index].image)
      return stride(from: 0, to: image.width * image.height, by: 7).compactMap { pixel in
        guard image.bytes[4 * pixel + 3] > 127 else { return nil }
        let place = SIMD2(Float(pixel % image.width), Float(pixel / image.width)) + 0.5
        let ray = camera.ray(place)
        return tree.firstHit(from: camera.eye, along: ray).map { camera.eye + ray * $0.distance }
      }
    }
    return seen.flatMap(\.self)
  }

  /// With as many triangles as are wanted, or as the pictures can tell apart.
  private func reduced(_ mesh: Mesh, _ settings: ReconstructSettings, _ work: WorkContext) throws
    -> Mesh
  {
    var fewer = DecimateSettings()
    let usual = Int(mesh.area / Double(pixelSize * pixelSize))
    let wanted = settings.targetVertices.map { 2 * $0 } ?? min(max(usual, 5000), 500_000)
    if settings.remesh {
      var even = RemeshSettings()
      even.targetTriangles = wanted
      return try mesh.remeshed(even, work).mesh
    }
    fewer.targetTriangles = wanted
    var mesh = mesh
    if mesh.triangles.count > 4 * wanted {
      // Most of the way by the quick pass; what is left is what care is for.
      var quick = DecimateSettings()
      quick.targetTriangles = 2 * wanted
      quick.fast = true
      mesh = try mesh.decimated(quick, work).mesh
    }
    return try mesh.decimated(fewer, work).mesh
  }

  private func texture(
    _ mesh: Mesh, _ raster: AtlasRaster, of pictures: [Image], _ work: WorkContext
  ) throws -> (image: Image, unseenShare: Double) {
    var colors = try baked(mesh, raster, of: pictures, work)
    let used = raster.triangles.count { $0 >= 0 }
    let unseen = UnseenFill.fill(&colors, mesh, raster)
    return (
      GutterFill.picture(colors, side: raster.side),
      used == 0 ? 1 : Double(unseen) / Double(used)
    )
  }

  /// Few views tell no finer shapes.
  private static let fewViewsTriangles = 30_000

  private func even(_ mesh: Mesh, triangles: Int, _ work: WorkContext) throws -> Mesh {
    var fewer = DecimateSettings()
    fewer.targetTriangles = 2 * triangles
    fewer.fast = true
    var even = RemeshSettings()
    even.targetTriangles = triangles
    even.iterations = 4
    even.featureAngleDegrees = 180
    return try mesh.decimated(fewer, work).mesh.remeshed(even, work).mesh
  }

  /// More holes than any object has are those that chance agreement has drilled.
  private static let mostHandles = 1000

  /// How large a pixel is at the object's middle, in the view that shows it best.
  private var pixelSize: Float {
    projections.map { $0.project(.zero).depth / max($0.focal.x, $0.focal.y) }.sorted()[
      projections.count / 4]
  }

  /// Between lattice points of which so many lie along the object's longest side.
  private func spacing(_ resolution: Int) -> Double {
    2 * Double(box.maximum.max()) / Double(resolution)
  }

  private func surface(of hull: HullField, spacing: Double, _ work: WorkContext) throws -> Mesh {
    try DistanceGrid(
      Lattice(around: box, spacing: spacing), work, constant: { hull.constant($0, $1) },
      field: { x, y, z in hull.depth(x: x, y: y, z: z) }
    ).surface(work)
  }

  /// A mesh of the working space in the world of the views.
  func inWorld(_ mesh: Mesh) -> Mesh {
    mesh.transformed(
      by: Matrix4(
        linear: Matrix3(scale: scale), translation: offset))
  }
}

extension Mesh {
  /// How many holes go through a closed surface, all pieces together (Euler's formula).
  var handles: Int { 1 - (positions.count - triangles.count / 2) / 2 }
}
