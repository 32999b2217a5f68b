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

/// Light whose amount can be computed.
@Suite(.serialized) struct LightTests {
  /// Linear light of a scene, four numbers a pixel, 256 x 256 of them.
  static func light(
    _ scene: Scene, eye: SIMD3<Double> = [0, 0, 2.6], by engine: EngineChoice,
    _ edit: (inout RenderSettings) -> Void = { _ in }
  ) throws -> [Float] {
    var settings = RenderSettings()
    settings.lighting = .uniform
    settings.engine = engine
    edit(&settings)
    let work = WorkContext(threads: 2)
    let lens = RenderingTests.lens
    let renderer = try Renderer(
      try PreparedScene(scene, work), settings: settings, intrinsics: lens, layers: [.light], work)
    return try renderer.frame(Camera(eye: eye, target: .zero, intrinsics: lens)).layers[.light]!
  }

  private static func center(_ light: [Float]) -> SIMD3<Float> {
    let at = 4 * (128 * 256 + 128)
    return SIMD3(light[at], light[at + 1], light[at + 2])
  }

  /// Paint that only scatters.
  private static func matt(_ color: SIMD3<Float>) -> Material {
    RenderingTests.material(SIMD4(color, 1)) {
      $0.roughness = 1
      $0.specular = 0
    }
  }

  private static func square(_ half: Float, z: Float, cells: Int = 1) -> Mesh {
    var (positions, triangles): ([SIMD3<Float>], [SIMD3<UInt32>]) = ([], [])
    let side = UInt32(cells + 1)
    for row in 0...cells {
      for column in 0...cells {
        let (u, v) = (Float(column) / Float(cells), Float(row) / Float(cells))
        positions.append([half * (2 * u - 1), half * (2 * v - 1), z])
      }
    }
    for row in 0..<UInt32(cells) {
      for column in 0..<UInt32(cells) {
        let a = row * side + column
        triangles += [[a, a + 1, a + side + 1], [a, a + side + 1, a + side]]
      }
    }
    return try! Mesh(positions: positions, triangles: triangles)
  }

  private static func scene(_ parts: [(Mesh, Material)]) -> Scene {
    var scene = Scene()
    scene.materials = parts.map(\.1)
    scene.shapes = [
      Scene.Shape(
        parts: parts.enumerated().map { Scene.Shape.Part(mesh: $1.0, material: $0) })
    ]
    scene.nodes = [Scene.Node(shape: 0)]
    scene.roots = [0]
    return scene
  }

  /// White paint in each studio is brightest just below white.
  @Test(arguments: LightPreset.allCases)
  func studiosAreExposed(_ preset: LightPreset) throws {
    let ball = Scene(mesh: .icosphere(levels: 5), material: Self.matt([1, 1, 1]))
    var brightest: Float = 0
    for eye in [[0.0, 1.2, 2.3], [-1.9, 1.4, 1], [1.6, 1.2, -1.8], [-1.6, 1.2, -1.8]] {
      let light = try Self.light(ball, eye: SIMD3(eye), by: .software) { $0.lighting = preset }
      brightest = max(brightest, light.max()!)
    }
    #expect((0.9...1.02).contains(brightest), "\(brightest)")
  }

  /// What stands over a floor hides the share of the sky that its solid angle, weighed by the cosine, says:
  /// for a square of half side a at height h, 4 / (2 pi) of the sum over its corners.
  /// On a floor of so many cells that few of its vertices are asked it is the same.
  @Test(arguments: RenderingTests.engines, [1, 520])
  func blackSquareHidesItsShareOfTheSky(_ engine: EngineChoice, _ cells: Int) throws {
    let (a, h) = (0.5, 0.4)
    let root = (h * h + a * a).squareRoot()
    let hidden = 4 / Double.pi * a / root * atan(a / root) * 1
    // Black paint sends back the little that shines on it.
    let scene = Self.scene([
      (Self.square(1, z: 0, cells: cells), Self.matt([0.5, 0.5, 0.5])),
      (Self.square(Float(a), z: Float(h)), Self.matt([0, 0, 0])),
    ])
    // The floor's middle, seen from between floor and square.
    let eye = SIMD3<Double>(0, -2.3, 1)
    let middle = SIMD3<Double>(0, 0, -h / 2) / (2 + h * h / 4).squareRoot()
    let place = Camera(eye: eye, target: .zero, intrinsics: RenderingTests.lens).project(middle)
    let at = 4 * (Int(place.pixel.y) * 256 + Int(place.pixel.x))
    let light = try Self.light(scene, eye: eye, by: engine)[at]
    let free = try Self.light(scene, eye: eye, by: engine, { $0.selfShadows = false })[at]
    let share = Double(light / free)
    #expect(abs(share - (1 - hidden)) < 0.05, "\(share), not \(1 - hidden)")
  }

  /// A shadow on the ground is a matter of colour alone, darkest under the object, and not there from below.
  @Test(arguments: RenderingTests.engines)
  func groundShadowIsOnlyColor(_ engine: EngineChoice) throws {
    let scene = Scene(mesh: .box(), material: Self.matt([0, 0, 0]))
    func frame(_ y: Double, _ hasShadow: Bool) throws -> Frame {
      var settings = RenderSettings()
      settings.engine = engine
      settings.lighting = .uniform
      let work = WorkContext(threads: 2)
      let lens = RenderingTests.lens
      let renderer = try Renderer(
        try PreparedScene(scene, work), settings: settings, intrinsics: lens,
        groundShadow: hasShadow, work)
      return try renderer.frame(Camera(eye: [0, y, 3.2], target: .zero, intrinsics: lens))
    }
    let (with, without) = (try frame(1.6, true), try frame(1.6, false))
    #expect(with.mask == without.mask)
    #expect(with.depth == without.depth)
    func alpha(_ x: Int, _ y: Int) -> UInt8 { with.color.bytes[4 * (y * 256 + x) + 3] }
    let edge = (0..<256).last { without.color.bytes[4 * ($0 * 256 + 128) + 3] > 0 }!
    #expect(alpha(128, edge + 3) > 60 && alpha(128, edge + 3) > alpha(128, edge + 30))
    #expect(alpha(2, 2) == 0)
    #expect(try frame(-2, true).color == frame(-2, false).color)
  }

  /// Laid under a view afterwards, the shadow is what drawing it with the object gives.
  @Test func aShadowApartIsTheSame() throws {
    let scene = Scene(mesh: .box(), material: Self.matt([0.4, 0.2, 0.1]))
    let work = WorkContext(threads: 2)
    let lens = RenderingTests.lens
    var settings = RenderSettings()
    settings.engine = .software
    let camera = Camera(eye: [1, 1.4, 3], target: [0, -0.2, 0], intrinsics: lens)
    func picture(apart: Bool) throws -> [UInt8] {
      let renderer = try Renderer(
        try PreparedScene(scene, work), settings: settings, intrinsics: lens, groundShadow: true,
        shadowApart: apart, work)
      let frame = try renderer.frame(camera)
      return (renderer.groundShade?.under(frame.color, camera) ?? frame.color).bytes
    }
    let (drawn, apart) = (try picture(apart: false), try picture(apart: true))
    let off = drawn.indices.filter { $0 % 4 == 3 }.map { abs(Int(drawn[$0]) - Int(apart[$0])) }
    let shaded = drawn.indices.count { $0 % 4 == 3 && drawn[$0] > 20 && drawn[$0] < 255 }
    #expect(shaded > 3000)
    // At outlines and close to what touches the ground, rings and cells round differently.
    #expect(off.count { $0 > 3 } * 200 < shaded, "\(off.count { $0 > 3 }) of \(shaded)")
    #expect(off.max()! < 48)
  }

  /// Where nothing keeps light off, there is no shadow and no fault.
  @Test(arguments: RenderingTests.engines)
  func glassAloneCastsNoShadow(_ engine: EngineChoice) throws {
    var glass = Self.matt([1, 1, 1])
    glass.transmission = 1
    var volume = Volume()
    volume.thickness = .infinity
    glass.volume = volume
    var settings = RenderSettings()
    settings.engine = engine
    let work = WorkContext(threads: 2)
    let scene = Scene(mesh: .icosphere(levels: 3), material: glass)
    let renderer = try Renderer(
      try PreparedScene(scene, work), settings: settings, intrinsics: RenderingTests.lens,
      groundShadow: true, work)
    let camera = Camera(eye: [0, 1, 2.6], target: .zero, intrinsics: RenderingTests.lens)
    let frame = try renderer.frame(camera)
    #expect(frame.mask.bytes.contains(255))
    #expect((0..<256 * 256).allSatisfy { frame.mask.bytes[$0] > 0 || frame.depth[$0] == 0 })
  }

  /// Vertices that no triangle uses change nothing; nor does a light without end blacken its neighbours.
  @Test func strayVerticesAndEndlessLightAreHarmless() throws {
    let box = Mesh.box()
    let stray = try Mesh(
      positions: box.positions + [[1e6, 0, 0]], triangles: box.triangles)
    func picture(_ mesh: Mesh, _ glow: Float) throws -> Image {
      var lamp = Self.matt([1, 1, 1])
      lamp.emissive = [1, 1, 1]
      lamp.emissiveStrength = glow
      let scene = Self.scene([(mesh, Self.matt([0.5, 0.5, 0.5])), (Self.square(1, z: 1.5), lamp)])
      let lens = RenderingTests.lens
      let work = WorkContext(threads: 2)
      let prepared = try PreparedScene(scene, work)
      #expect(prepared.fittingCameras([[0, 0, 1]], lens)[0].eye.length < 20)
      var settings = RenderSettings()
      settings.engine = .software
      let renderer = try Renderer(prepared, settings: settings, intrinsics: lens, work)
      return try renderer.frame(
        Camera(eye: [1.5, 1, 2], target: .zero, intrinsics: lens)
      ).color
    }
    #expect(try picture(stray, 1) == picture(box, 1))
    let bright = try picture(box, .infinity)
    let dim = try picture(box, 0)
    let darker = (0..<256 * 256).count { bright.bytes[4 * $0] < dim.bytes[4 * $0] }
    #expect(darker < 40)
  }

  /// What is known at vertices does not move the surface.
  @Test(arguments: RenderingTests.engines)
  func finerTrianglesStayWhereTheyWere(_ engine: EngineChoice) throws {
    let scene = Scene(
      mesh: .torus(radius: 1, tube: 0.4, segments: 9), material: Self.matt([1, 1, 1]))
    var settings = RenderSettings()
    let finer = try RenderingTests.frame(scene, eye: [0.9, 1.4, 2], by: engine)
    settings.selfShadows = false
    let plain = try RenderingTests.frame(scene, eye: [0.9, 1.4, 2], settings: settings, by: engine)
    #expect(zip(finer.mask.bytes, plain.mask.bytes).count { $0 != $1 } <= 4)
    // New corners are rounded to the grid too, which shows where the surface is seen at an angle.
    let moved = zip(finer.depth, plain.depth).count { $0 > 0 && $1 > 0 && abs($0 - $1) > 5e-4 }
    #expect(moved <= 20)
    // No gap where triangles were halved: alpha inside is whole.
    let holes = (0..<256 * 256).count {
      plain.color.bytes[4 * $0 + 3] == 255 && finer.color.bytes[4 * $0 + 3] < 255
    }
    #expect(holes <= 2)
  }

  /// Irradiance of each kind of light on matt paint that faces it: color times intensity, by the distance.
  @Test(arguments: RenderingTests.engines)
  func lightsOfTheFileShine(_ engine: EngineChoice) throws {
    var scene = Self.scene([(Self.square(2, z: 0), Self.matt([0.6, 0.5, 0.4]))])
    func added(_ light: Light, at z: Double) throws -> SIMD3<Float> {
      scene.lights = [light]
      scene.nodes = [
        Scene.Node(shape: 0),
        Scene.Node(
          parentFromNode: Matrix4(linear: .identity, translation: [0, 0, z]), light: 0),
      ]
      scene.roots = [0, 1]
      let with = try Self.light(scene, by: engine) { $0.selfShadows = false }
      let without = try Self.light(scene, by: engine) {
        $0.selfShadows = false
        $0.fileLights = false
      }
      return Self.center(with) - Self.center(without)
    }
    func expectNear(_ found: SIMD3<Float>, _ wanted: SIMD3<Float>) {
      for channel in 0..<3 {
        #expect(abs(found[channel] - wanted[channel]) < 0.01 * wanted[channel] + 0.002)
      }
    }
    let paint: SIMD3<Float> = [0.6, 0.5, 0.4]
    var light = Light(.directional)
    light.color = [1, 0.5, 0.25]
    light.intensity = 2
    expectNear(try added(light, at: 1), paint * light.color * 2 / .pi)
    light.kind = .point
    expectNear(try added(light, at: 1.5), paint * light.color * (2 / 2.25) / .pi)
    light.range = 3
    let window: Float = 1 - pow(1.5 / 3, 4)
    expectNear(try added(light, at: 1.5), paint * light.color * (2 / 2.25 * window) / .pi)
    light.kind = .spot(inner: 0.2, outer: 0.4)
    expectNear(try added(light, at: 1.5), paint * light.color * (2 / 2.25 * window) / .pi)
  }

  /// A tinted pane takes the light of what is behind it by its color, and its volume by its depth.
  @Test(arguments: RenderingTests.engines)
  func glassShowsWhatIsBehind(_ engine: EngineChoice) throws {
    let card = RenderingTests.material([0.8, 0.4, 0.2, 1]) { $0.isUnlit = true }
    var glass = Self.matt([0.5, 0.9, 1])
    glass.roughness = 0
    glass.transmission = 1
    func seen() throws -> SIMD3<Float> {
      let scene = Self.scene([(Self.square(1, z: -0.3), card), (Self.square(0.6, z: 0.3), glass)])
      return Self.center(try Self.light(scene, by: engine))
    }
    let thin: SIMD3<Float> = [0.8 * 0.5, 0.4 * 0.9, 0.2]
    let pane = try seen()
    for channel in 0..<3 { #expect(abs(pane[channel] - thin[channel]) < 0.01) }
    var volume = Volume()
    volume.thickness = 0.5
    volume.attenuationDistance = 0.25
    volume.attenuationColor = [0.5, 0.8, 1]
    glass.volume = volume
    let block = try seen()
    for channel in 0..<3 {
      let left = pow(volume.attenuationColor[channel], 2)
      #expect(abs(block[channel] - thin[channel] * left) < 0.01)
    }
  }

  /// Fibres send back what they take: a white ball of them vanishes in a white world.
  @Test(arguments: RenderingTests.engines, [Float(0.2), 0.6, 1])
  func sheenKeepsEnergy(_ engine: EngineChoice, _ roughness: Float) throws {
    var material = Self.matt([1, 1, 1])
    var sheen = Sheen()
    sheen.color = [1, 1, 1]
    sheen.roughness = roughness
    material.sheen = sheen
    let light = try Self.light(
      Scene(mesh: .icosphere(levels: 5), material: material), by: engine)
    let inside = (0..<256 * 256).filter { light[4 * $0 + 3] == 1 }
    #expect(inside.count > 10_000)
    // At the rim a driver may read beside the triangle.
    #expect(inside.count { abs(light[4 * $0] - 1) > 0.02 } <= 8)
  }

  /// A light of a few pixels in a wide panorama gives as much, wherever it falls between the samples.
  @Test func smallLightsKeepTheirLight() throws {
    let (width, height) = (4096, 2048)
    var file = [UInt8]("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y \(height) +X \(width)\n".utf8)
    let start = file.count
    file += [UInt8](repeating: 0, count: 4 * width * height)
    for row in 700..<702 {
      for column in 1000..<1002 {
        file.replaceSubrange(
          (start + 4 * (row * width + column))..<(start + 4 * (row * width + column) + 4),
          with: [128, 128, 128, 144])
      }
    }
    let folder = TemporaryFolder()
    let path = folder.write(file, as: "sun.hdr")
    let ball = Scene(mesh: .icosphere(levels: 4), material: Self.matt([1, 1, 1]))
    let sums = try [0, 0.03, 0.06, 17.01, 17.05, 140.02, 140.07].map { degrees in
      let light = try Self.light(ball, eye: [0, 2.6, 0.01], by: .software) {
        $0.environment = path
        $0.lightRotationDegrees = degrees
      }
      return stride(from: 0, to: light.count, by: 4).reduce(Float(0)) { $0 + light[$1] }
    }
    let (least, most) = (sums.min()!, sums.max()!)
    #expect(least > 0 && most / least < 1.15, "\(sums)")
  }
}
