// EGL and OpenGL ES 3.2 through glvnd, which finds the driver: a GPU's, or Mesa's software one.
// GLES 3.2 entry points are exported by name, so only EGL extensions need the prototypes switch.
#define EGL_EGLEXT_PROTOTYPES 1
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES3/gl32.h>
#include <GLES2/gl2ext.h>

// A macro with a cast, which Swift does not import.
static inline EGLDisplay maquette_no_display(void) { return EGL_NO_DISPLAY; }
static inline EGLContext maquette_no_context(void) { return EGL_NO_CONTEXT; }
static inline EGLSurface maquette_no_surface(void) { return EGL_NO_SURFACE; }
static inline EGLConfig maquette_no_config(void) { return EGL_NO_CONFIG_KHR; }
