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

/// The numbers beside a picture.
@Suite(.serialized) struct LayerTests {
  private static func frame(_ scene: Scene, by engine: EngineChoice) throws -> Frame {
    var settings = RenderSettings()
    settings.engine = engine
    let work = WorkContext(threads: 2)
    let lens = RenderingTests.lens
    let renderer = try Renderer(
      try PreparedScene(scene, work), settings: settings, intrinsics: lens,
      layers: Set(FrameLayer.allCases), work)
    return try renderer.frame(Camera(eye: [0.3, 0.4, 2.6], target: .zero, intrinsics: lens))
  }

  /// Two balls side by side, the right one blended.
  private static var balls: Scene {
    func ball(_ x: Double, _ node: inout [Scene.Node], _ shape: Int) {
      node.append(
        Scene.Node(
          name: "ball", parentFromNode: Matrix4(linear: .identity, translation: [x, 0, 0]),
          shape: shape))
    }
    let bare = Mesh.icosphere(levels: 5)
    let mesh = try! bare.with(
      attributes: VertexAttributes(
        normals: bare.positions, uvs: [bare.positions.map { [$0.x, $0.y] }]))
    var scene = Scene()
    scene.materials = [
      RenderingTests.material([0.5, 0.25, 0.75, 1]) {
        $0.roughness = 0.3
        $0.metallic = 0.6
      },
      RenderingTests.material([0.2, 0.9, 0.4, 0.7]) {
        $0.roughness = 0.8
        $0.alphaMode = .blend
      },
    ]
    scene.shapes = (0..<2).map { Scene.Shape(parts: [.init(mesh: mesh, material: $0)]) }
    ball(-1.2, &scene.nodes, 0)
    ball(1.2, &scene.nodes, 1)
    scene.roots = [0, 1]
    return scene
  }

  @Test(arguments: RenderingTests.engines)
  func numbersAreThoseOfTheMaterial(_ engine: EngineChoice) throws {
    let frame = try Self.frame(Self.balls, by: engine)
    let layers = frame.layers
    #expect(Set(layers.keys) == Set(FrameLayer.allCases))
    for layer in FrameLayer.allCases {
      #expect(layers[layer]?.count == layer.channels * 256 * 256)
    }
    let scale: Float = 1 / 2.2
    var seen = [0, 0, 0]
    for pixel in frame.depth.indices {
      let id = Int(layers[.id]![pixel])
      seen[id] += 1
      #expect((id > 0) == (frame.depth[pixel] > 0))
      guard id > 0 else { continue }
      let albedo: SIMD3<Float> = id == 1 ? [0.5, 0.25, 0.75] : [0.2, 0.9, 0.4]
      for channel in 0..<3 {
        #expect(abs(layers[.albedo]![3 * pixel + channel] - albedo[channel]) < 1e-5)
      }
      #expect(abs(layers[.roughness]![pixel] - (id == 1 ? 0.3 : 0.8)) < 1e-5)
      #expect(abs(layers[.metallic]![pixel] - (id == 1 ? 0.6 : 0)) < 1e-5)
      #expect(layers[.occlusion]![pixel] == 1)
      // The place on the ball, told by depth and by texture coordinates.
      let place = (0..<3).map { frame.positions[3 * pixel + $0] / scale }
      let local = SIMD3(place[0] - (id == 1 ? -1.2 : 1.2), place[1], place[2])
      #expect(abs(local.length - 1) < 0.004)
      #expect(abs(layers[.uv]![2 * pixel] - local.x) < 0.01)
      #expect(abs(layers[.uv]![2 * pixel + 1] - local.y) < 0.01)
      let normal = (0..<3).map { layers[.normal]![3 * pixel + $0] }
      #expect(SIMD3(normal[0], normal[1], normal[2]).dot(local) > 0.999)
    }
    #expect(seen[1] > 3000 && seen[2] > 3000)
  }

  /// Light is what the picture's codes stand for.
  @Test(arguments: RenderingTests.engines)
  func lightIsTheColor(_ engine: EngineChoice) throws {
    let frame = try Self.frame(Self.balls, by: engine)
    let light = frame.layers[.light]!
    for pixel in frame.depth.indices where frame.color.bytes[4 * pixel + 3] > 200 {
      for channel in 0..<3 {
        let straight = light[4 * pixel + channel] / light[4 * pixel + 3]
        let code = Int(SRGB.code(straight))
        #expect(abs(code - Int(frame.color.bytes[4 * pixel + channel])) <= 1)
      }
    }
  }
}
