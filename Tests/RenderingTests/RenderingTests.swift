import Foundation
import Geometry
import Imaging
import LinearMath
import Rendering
import Scenes
import TestSupport
import Testing
import Views
import Work

/// Pictures of things whose picture can be computed.
@Suite(.serialized) struct RenderingTests {
  static let engines = [EngineChoice.gl, .software]
  static let lens = Intrinsics(width: 256, height: 256, fieldOfView: 0.857)

  static func material(
    _ color: SIMD4<Float> = [0.8, 0.8, 0.8, 1], _ edit: (inout Material) -> Void = { _ in }
  ) -> Material {
    var material = Material()
    material.baseColor = color
    material.metallic = 0
    edit(&material)
    return material
  }

  static func frame(
    _ scene: Scene, eye: SIMD3<Double> = [0, 0, 2.6], threads: Int = 2,
    settings: RenderSettings = RenderSettings(), lens: Intrinsics = lens, by engine: EngineChoice
  ) throws -> Frame {
    var settings = settings
    settings.engine = engine
    let work = WorkContext(threads: threads)
    let prepared = try PreparedScene(scene, work)
    let renderer = try Renderer(prepared, settings: settings, intrinsics: lens, work)
    return try renderer.frame(Camera(eye: eye, target: .zero, intrinsics: lens))
  }

  private func pixel(_ image: Image, _ x: Int, _ y: Int) -> [UInt8] {
    let at = (y * image.width + x) * image.channels
    return Array(image.bytes[at..<at + image.channels])
  }

  /// The silhouette of a sphere is a circle; alpha beyond one half, the mask, and the truth agree.
  @Test(arguments: engines)
  func sphereHasItsSilhouetteDepthAndNormals(_ engine: EngineChoice) throws {
    let scene = Scene(mesh: .icosphere(levels: 6), material: Self.material())
    let frame = try Self.frame(scene, by: engine)
    let camera = frame.camera
    var (inside, both, either) = (0, 0, 0)
    var worstDepth: Float = 0
    var worstNormal = 0.0
    for y in 0..<256 {
      for x in 0..<256 {
        let local = SIMD3<Double>(
          (Double(x) + 0.5 - 128) / Self.lens.focalX, -(Double(y) + 0.5 - 128) / Self.lens.focalY,
          -1)
        let (eye, along) = (camera.eye, local.normalized)
        let b = eye.dot(along)
        let discriminant = b * b - (eye.lengthSquared - 1)
        let isHit = discriminant > 0
        let at = y * 256 + x
        let alpha = frame.color.bytes[4 * at + 3] > 127
        let mask = frame.surface.bytes[4 * at + 3] > 127
        #expect(alpha == mask)
        inside += isHit ? 1 : 0
        both += isHit && alpha ? 1 : 0
        either += isHit || alpha ? 1 : 0
        // Away from the rim, where the chords of the mesh bend off.
        guard discriminant > 0.1, mask else { continue }
        let distance = -b - discriminant.squareRoot()
        let depth = Float(distance * -along.z)
        worstDepth = max(worstDepth, abs(depth - frame.depth[at]))
        let normal = (eye + along * distance).normalized
        let code = SIMD3<Double>(
          Double(frame.surface.bytes[4 * at]), Double(frame.surface.bytes[4 * at + 1]),
          Double(frame.surface.bytes[4 * at + 2]))
        let seen = (code / 127.5 - 1).normalized
        worstNormal = max(worstNormal, acos(min(1, seen.dot(normal))) * 180 / .pi)
      }
    }
    #expect(inside > 20_000)
    #expect(Double(both) / Double(either) > 0.998)
    #expect(worstDepth < 0.001)
    #expect(worstNormal < 0.8)
  }

  @Test(arguments: engines)
  func sameBytesWhateverTheThreads(_ engine: EngineChoice) throws {
    let scene = Scene(
      mesh: .torus(radius: 1, tube: 0.4), material: Self.material([0.7, 0.2, 0.1, 1]))
    let (one, two) = (
      try Self.frame(scene, threads: 1, by: engine), try Self.frame(scene, threads: 2, by: engine)
    )
    #expect(one.color == two.color && one.surface == two.surface && one.depth == two.depth)
  }

  /// A model far from its origin keeps its detail: coordinates are rounded once.
  @Test(arguments: engines)
  func farAwayModelsKeepTheirDetail(_ engine: EngineChoice) throws {
    var scene = Scene(mesh: .icosphere(levels: 4), material: Self.material())
    let near = try Self.frame(scene, by: engine)
    scene.nodes[0].parentFromNode = Matrix4(linear: .identity, translation: [1e6, -3e6, 2e6])
    let far = try Self.frame(scene, by: engine)
    let differing = zip(near.surface.bytes, far.surface.bytes).count { abs(Int($0) - Int($1)) > 1 }
    #expect(differing < 20)
  }

  /// Straight alpha: where an edge pixel is half covered its colour is that of the inside.
  @Test(arguments: engines)
  func edgesKeepTheirColour(_ engine: EngineChoice) throws {
    let unlit = Self.material([0.5, 0.25, 0.1, 1]) { $0.isUnlit = true }
    let frame = try Self.frame(Scene(mesh: .icosphere(levels: 4), material: unlit), by: engine)
    let full = pixel(frame.color, 128, 128)
    // The driver encodes and decodes sRGB with an error of up to one code.
    for (seen, light) in zip(full, [0.5, 0.25, 0.1] as [Float]) {
      #expect(abs(Int(seen) - Int(SRGB.code(light))) <= 1)
    }
    #expect(full[3] == 255)
    var partial = 0
    for at in 0..<256 * 256 {
      let bytes = Array(frame.color.bytes[4 * at..<4 * at + 4])
      if bytes[3] == 0 { #expect(bytes == [0, 0, 0, 0]) }
      guard bytes[3] > 0, bytes[3] < 255 else { continue }
      partial += 1
      for channel in 0..<3 { #expect(abs(Int(bytes[channel]) - Int(full[channel])) <= 3) }
    }
    #expect(partial > 200)
  }

  /// Two blended squares before an opaque one, given in the wrong order.
  @Test(arguments: engines)
  func blendingGoesFromBackToFront(_ engine: EngineChoice) throws {
    func square(_ z: Float) -> Mesh {
      try! Mesh(
        positions: [[-1, -1, z], [1, -1, z], [1, 1, z], [-1, 1, z]],
        triangles: [[0, 1, 2], [0, 2, 3]],
        attributes: VertexAttributes(normals: Array(repeating: [0, 0, 1], count: 4)))
    }
    let colors: [SIMD4<Float>] = [[1, 0, 0, 0.5], [0, 1, 0, 0.5], [0, 0, 1, 1]]
    var scene = Scene()
    scene.materials = colors.map { color in
      Self.material(color) { material in
        material.isUnlit = true
        if color.w < 1 { material.alphaMode = .blend }
      }
    }
    // The front one first, so that order in the file would be wrong.
    scene.shapes = [
      .init(parts: [
        .init(mesh: square(0.2), material: 0), .init(mesh: square(0.1), material: 1),
        .init(mesh: square(0), material: 2),
      ])
    ]
    scene.nodes = [.init(shape: 0)]
    scene.roots = [0]
    let frame = try Self.frame(scene, by: engine)
    let expected = [SRGB.code(0.5), SRGB.code(0.25), SRGB.code(0.25), 255]
    for (seen, wanted) in zip(pixel(frame.color, 128, 128), expected) {
      #expect(abs(Int(seen) - Int(wanted)) <= 2)
    }
  }

  @Test(
    arguments: [
      (BlendedSurfaces.half, 0.4 as Float, false), (.half, 0.6, true), (.solid, 0.4, true),
      (.ignore, 0.6, false),
    ], engines)
  func blendedSurfacesCountAsAsked(
    _ glass: (rule: BlendedSurfaces, alpha: Float, counts: Bool), _ engine: EngineChoice
  ) throws {
    let (rule, alpha, counts) = glass
    let material = Self.material([1, 1, 1, alpha]) { $0.alphaMode = .blend }
    var settings = RenderSettings()
    settings.blendedSurfaces = rule
    let frame = try Self.frame(
      Scene(mesh: .box(), material: material), settings: settings, by: engine)
    #expect((frame.depth[128 * 256 + 128] > 0) == counts)
    #expect((pixel(frame.surface, 128, 128)[3] == 255) == counts)
    #expect(pixel(frame.color, 128, 128)[3] < 255)
  }

  /// Triangles side by side cover every sample once: of a half transparent sheet of many crooked ones every
  /// pixel inside is half there, none more and none less.
  @Test(arguments: engines)
  func neighboursNeitherOverlapNorLeaveGaps(_ engine: EngineChoice) throws {
    let side = 96
    var generator = SeededGenerator(seed: 5)
    var positions: [SIMD3<Float>] = []
    for row in 0...side {
      for column in 0...side {
        let isRim = row % side == 0 || column % side == 0
        func place(_ index: Int) -> Float {
          let jitter = isRim ? 0 : Float(generator.unit() - 0.5) * 0.4
          return (Float(index) + jitter) / Float(side) * 2 - 1
        }
        positions.append([place(column), place(row), 0])
      }
    }
    var triangles: [SIMD3<UInt32>] = []
    for row in 0..<side {
      for column in 0..<side {
        let corner = UInt32(row * (side + 1) + column)
        let above = corner + UInt32(side + 1)
        triangles += [[corner, corner + 1, above + 1], [corner, above + 1, above]]
      }
    }
    let sheet = Self.material([1, 1, 1, 0.5]) { material in
      material.isUnlit = true
      material.alphaMode = .blend
    }
    let frame = try Self.frame(
      Scene(mesh: try Mesh(positions: positions, triangles: triangles), material: sheet),
      by: engine)
    var wrong = 0
    for y in 60..<196 {
      for x in 60..<196 where abs(Int(pixel(frame.color, x, y)[3]) - 128) > 1 { wrong += 1 }
    }
    #expect(wrong == 0)
  }

  /// Numbers that no material should have make a picture, not a crash.
  @Test(arguments: engines)
  func oddNumbersAreDrawn(_ engine: EngineChoice) throws {
    let ball = Mesh.icosphere(levels: 3)
    let odd: [Float] = [.nan, .infinity, -1e30, 1e30, 0]
    let count = ball.positions.count
    let streams = VertexAttributes(
      normals: (0..<count).map { $0 % 3 == 0 ? .zero : [odd[$0 % 5], 1, 0] },
      tangents: (0..<count).map { [odd[$0 % 5], 0, odd[($0 + 1) % 5], 1] },
      uvs: [(0..<count).map { [odd[$0 % 5], odd[($0 + 2) % 5]] }],
      colors: (0..<count).map { [odd[$0 % 5], odd[($0 + 3) % 5], 1, 1] })
    let mesh = try ball.with(attributes: streams)
    var material = Self.material([1e30, 2, 3, 1])
    var glossy = SpecularGlossiness()
    glossy.specular = [1e20, 21, 5]
    glossy.texture = TextureSlot(texture: 0)
    material.specularGlossiness = glossy
    material.clearcoat = 1
    material.baseColorTexture = TextureSlot(texture: 0)
    material.normalTexture = TextureSlot(texture: 0)
    var scene = Scene(mesh: mesh, material: material)
    let picture = Image(width: 3, height: 5, filledWith: [200, 100, 50, 255])
    scene.images = [
      ImageSource(name: "", mediaType: "image/png", bytes: try ImageFile.encodePNG(picture))
    ]
    scene.textures = [Texture(image: 0)]
    let frame = try Self.frame(scene, by: engine)
    #expect(frame.depth.contains { $0 > 0 })
  }

  /// A masked checker keeps exactly the texels above its cutoff.
  @Test(arguments: engines)
  func masksCutHoles(_ engine: EngineChoice) throws {
    var picture = Image(width: 2, height: 1, filledWith: [255, 255, 255, 255])
    picture.bytes[7] = 0
    var scene = Scene(
      mesh: try Mesh(
        positions: [[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]],
        triangles: [[0, 1, 2], [0, 2, 3]],
        attributes: VertexAttributes(uvs: [[[0, 1], [1, 1], [1, 0], [0, 0]]])),
      material: Self.material { material in
        material.alphaMode = .mask(cutoff: 0.5)
        material.baseColorTexture = TextureSlot(texture: 0)
      })
    scene.images = [
      ImageSource(name: "", mediaType: "image/png", bytes: try ImageFile.encodePNG(picture))
    ]
    var texture = Texture(image: 0)
    texture.isSmooth = false
    texture.wrapU = .clamp
    scene.textures = [texture]
    let frame = try Self.frame(scene, by: engine)
    #expect(pixel(frame.color, 100, 128)[3] == 255 && pixel(frame.color, 156, 128)[3] == 0)
    #expect(frame.depth[128 * 256 + 100] > 0 && frame.depth[128 * 256 + 156] == 0)
  }

  /// In an evenly white world a white surface of any roughness and metalness is white: shading loses no
  /// light and adds none.
  @Test(arguments: [(0.1, 1.0), (0.5, 1.0), (1.0, 1.0), (0.5, 0.0), (1.0, 0.0)], engines)
  func whiteFurnace(
    _ surface: (roughness: Double, metallic: Double), _ engine: EngineChoice
  ) throws {
    let folder = TemporaryFolder()
    let pixel: [UInt8] = [127, 127, 127, 128]  // 0.498: half white
    let header = Array("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 64 +X 128\n".utf8)
    var settings = RenderSettings()
    settings.environment = folder.write(
      header + Array(repeating: pixel, count: 64 * 128).flatMap { $0 }, as: "white.hdr")
    let white = Self.material([1, 1, 1, 1]) { material in
      material.roughness = Float(surface.roughness)
      material.metallic = Float(surface.metallic)
    }
    let frame = try Self.frame(
      Scene(mesh: .icosphere(levels: 5), material: white), settings: settings, by: engine)
    let expected = Int(SRGB.code(127.5 / 256))
    for x in stride(from: 70, through: 186, by: 4) {
      let seen = Int(frame.color.bytes[4 * (128 * 256 + x)])
      #expect(abs(seen - expected) <= 3, "\(seen) instead of \(expected) at \(x)")
    }
  }

  @Test(arguments: engines)
  func frontAndBackAreBothShownUnlessCulled(_ engine: EngineChoice) throws {
    let open = try Mesh(
      positions: [[-1, -1, 0], [1, -1, 0], [0, 1, 0]], triangles: [[0, 1, 2]])
    let scene = Scene(mesh: open, material: Self.material())
    #expect(try Self.frame(scene, eye: [0, 0, -2.6], by: engine).depth.contains { $0 > 0 })
    var settings = RenderSettings()
    settings.cullBackFaces = true
    #expect(
      try !Self.frame(scene, eye: [0, 0, -2.6], settings: settings, by: engine).depth.contains {
        $0 > 0
      })
    #expect(
      try Self.frame(scene, eye: [0, 0, 2.6], settings: settings, by: engine).depth.contains {
        $0 > 0
      })
  }

  @Test func nothingToDrawIsAnError() {
    #expect(throws: RenderError.self) { try PreparedScene(Scene(), WorkContext()) }
  }

  @Test func cloudLiesOnTheSurfaceWithItsColour() throws {
    let scene = Scene(mesh: .icosphere(levels: 5), material: Self.material([0.2, 0.4, 0.6, 1]))
    let cloud = try PreparedScene(scene, WorkContext()).pointCloud(count: 500, seed: 1)
    #expect(cloud.count == 500)
    for point in cloud {
      #expect(abs(point.position.length - 1) < 0.001 && point.position.dot(point.normal) > 0.999)
      #expect(point.color == [0.2, 0.4, 0.6])
    }
  }
}
