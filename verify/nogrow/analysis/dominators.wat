;; The dominator kernel: finds the functions that all paths from an entry point to a growth pass.
;;
;; It shares its memory with the reachability kernel and reads the graph and the hops that reachability.wat describes.
;; Its graph has the vertices on paths from some entry points to the growths of one memory. An edge leads from a callee to
;; its caller, so all paths begin at a root behind all growths. The exits of a vertex count as one vertex: there are more
;; paths then, never fewer, so what dominates in this graph does so among the real paths.
;;
;; `dominators.py` sets the exported globals and calls `mark_paths`, `number_vertices` and `find_dominators`, in this order.
;;
;; The algorithm is that of Lengauer and Tarjan with path compression. A vertex has a number: its place in a depth-first
;; search from the root, which has number 1. All tables but $numbers have an entry of 4 bytes for each number.
(module
  (import "nogrow" "memory" (memory 1))

  ;; As in reachability.wat.
  (global $EXCEPTIONAL_EXIT i32 (i32.const -2))
  (global $HOST_GROWS i32 (i32.const -1))
  (global $LIVE i32 (i32.const 0x10))
  (global $REACHES_NORMAL i32 (i32.const 0x20))
  (global $REACHES_EXCEPTIONAL i32 (i32.const 0x40))
  (global $REACHES_BOTH i32 (i32.const 0x60))
  (global $MAY_LEAVE i32 (i32.const 3))

  (global $SOURCE i32 (i32.const 1))   ;; in a vertex's marks: the memory grows in the vertex
  (global $ROOT i32 (i32.const 1))     ;; the number of the root

  (global $kinds (export "kinds") (mut i32) (i32.const 0))             ;; the graph, as in reachability.wat
  (global $targets (export "targets") (mut i32) (i32.const 0))
  (global $extras (export "extras") (mut i32) (i32.const 0))
  (global $calls_end (export "calls_end") (mut i32) (i32.const 0))
  (global $handlers (export "handlers") (mut i32) (i32.const 0))
  (global $first_calls (export "first_calls") (mut i32) (i32.const 0))
  (global $ranges (export "ranges") (mut i32) (i32.const 0))
  (global $state (export "state") (mut i32) (i32.const 0))
  (global $incoming (export "incoming") (mut i32) (i32.const 0))
  (global $callers (export "callers") (mut i32) (i32.const 0))
  (global $hops (export "hops") (mut i32) (i32.const 0))               ;; hops of calls or of exits
  (global $of_exits (export "of_exits") (mut i32) (i32.const 0))       ;; 1 for hops of exits, else 0

  (global $marks (export "marks") (mut i32) (i32.const 0))             ;; by vertex: exits on the paths ($REACHES_*)
  (global $work (export "work") (mut i32) (i32.const 0))               ;; a stack: 8 bytes for each number
  (global $numbers (export "numbers") (mut i32) (i32.const 0))         ;; by vertex: its number, or 0
  (global $vertex_of (export "vertex_of") (mut i32) (i32.const 0))     ;; the vertex with this number
  (global $parent (export "parent") (mut i32) (i32.const 0))           ;; in the tree of the depth-first search
  (global $semi (export "semi") (mut i32) (i32.const 0))               ;; the semidominator known so far
  (global $ancestor (export "ancestor") (mut i32) (i32.const 0))       ;; in the forest of finished vertices, or 0
  (global $label (export "label") (mut i32) (i32.const 0))             ;; the least semidominator up to the ancestor
  (global $dominator (export "dominator") (mut i32) (i32.const 0))     ;; the immediate dominator
  (global $bucket (export "bucket") (mut i32) (i32.const 0))           ;; the first vertex with this semidominator, or 0
  (global $next (export "next") (mut i32) (i32.const 0))               ;; the vertex that follows in the bucket, or 0
  (global $count (mut i32) (i32.const 0))                              ;; the highest number
  (global $top (mut i32) (i32.const 0))                                ;; where the stack ends

  (func $get (param $table i32) (param $index i32) (result i32)
    (i32.load (i32.add (local.get $table) (i32.shl (local.get $index) (i32.const 2)))))

  (func $set (param $table i32) (param $index i32) (param $value i32)
    (i32.store (i32.add (local.get $table) (i32.shl (local.get $index) (i32.const 2))) (local.get $value)))

  (func $marks_of (param $vertex i32) (result i32)
    (i32.load8_u (i32.add (global.get $marks) (local.get $vertex))))

  (func $add_marks (param $vertex i32) (param $bits i32)
    (i32.store8 (i32.add (global.get $marks) (local.get $vertex))
      (i32.or (call $marks_of (local.get $vertex)) (local.get $bits))))

  (func $kind (param $node i32) (result i32)
    (i32.load8_u (i32.add (global.get $kinds) (local.get $node))))

  ;; The exits that can be reached from $target, which may be an exit itself.
  (func $exits_from (param $target i32) (result i32)
    (i32.and (call $kind (local.get $target)) (global.get $REACHES_BOTH)))

  (func $exits_from_handler (param $node i32) (result i32)
    (local $extra i32)
    (if (global.get $handlers)
      (then (local.set $extra (call $get (global.get $extras) (local.get $node)))))
    (call $exits_from (select (local.get $extra) (global.get $EXCEPTIONAL_EXIT) (local.get $extra))))

  ;; The hops of $vertex: that of the normal exit in the lower half. Without exits, that of calls stands there.
  (func $hops_of (param $vertex i32) (result i64)
    (if (i32.eqz (global.get $of_exits))
      (then (return (i64.extend_i32_u (call $get (global.get $hops) (local.get $vertex))))))
    (i64.load (i32.add (global.get $hops) (i32.shl (local.get $vertex) (i32.const 3)))))

  ;; The exits by which a vertex can be left after the call at $node has grown the memory and returned. Without exits,
  ;; every vertex has the normal one.
  (func $exits_after_return (param $node i32) (result i32)
    (if (global.get $of_exits)
      (then (return (call $exits_from (i32.add (local.get $node) (i32.const 1))))))
    (global.get $REACHES_NORMAL))

  ;; Whether the call at $node, of $callee, is an edge to its vertex, which has the marks $marks.
  (func $is_edge (param $node i32) (param $callee i32) (param $marks i32) (result i32)
    (local $hops i64) (local $exits i32)
    (local.set $hops (call $hops_of (local.get $callee)))
    (if (i64.eqz (local.get $hops))
      (then (return (i32.const 0))))
    (if (i32.eqz (global.get $of_exits))
      (then (return (local.get $marks))))
    (if (i32.eqz (i32.and (call $kind (local.get $node)) (global.get $LIVE)))
      (then (return (i32.const 0))))
    (if (i32.wrap_i64 (local.get $hops))
      (then (local.set $exits (call $exits_from (i32.add (local.get $node) (i32.const 1))))))
    (if (i64.gt_u (local.get $hops) (i64.const 0xffffffff))
      (then (local.set $exits (i32.or (local.get $exits) (call $exits_from_handler (local.get $node))))))
    (i32.and (local.get $exits) (local.get $marks)))

  (func $push (param $value i32)
    (i32.store (global.get $top) (local.get $value))
    (global.set $top (i32.add (global.get $top) (i32.const 4))))

  (func $pop (result i32)
    (global.set $top (i32.sub (global.get $top) (i32.const 4)))
    (i32.load (global.get $top)))

  ;; Marks $exit of $vertex and has it followed, unless it is marked already.
  (func $mark (param $vertex i32) (param $exit i32)
    (local $bit i32)
    (local.set $bit (i32.shl (global.get $REACHES_NORMAL) (local.get $exit)))
    (if (i32.eqz (i32.and (call $marks_of (local.get $vertex)) (local.get $bit)))
      (then
        (call $add_marks (local.get $vertex) (local.get $bit))
        (call $push (i32.or (i32.shl (local.get $vertex) (i32.const 1)) (local.get $exit))))))

  ;; Marks all vertices, with their exits, on paths from the $count vertices at $starts, left by $exit, to a growth.
  (func (export "mark_paths") (param $starts i32) (param $count i32) (param $exit i32)
    (local $place i32) (local $bit i32) (local $call i32) (local $stop i32) (local $node i32) (local $callee i32)
    (local $hops i64)
    (global.set $top (global.get $work))
    (block $seeded
      (loop $seed
        (br_if $seeded (i32.eqz (local.get $count)))
        (call $mark (i32.load (local.get $starts)) (local.get $exit))
        (local.set $starts (i32.add (local.get $starts) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $seed)))
    (loop $more
      (if (i32.gt_u (global.get $top) (global.get $work))
        (then
          (local.set $place (call $pop))
          (local.set $bit (i32.shl (global.get $REACHES_NORMAL) (i32.and (local.get $place) (i32.const 1))))
          (local.set $place (i32.shr_u (local.get $place) (i32.const 1)))
          (local.set $call (call $get (global.get $first_calls) (local.get $place)))
          (br_if $more (i32.eqz (local.get $call)))
          (local.set $stop (call $get (global.get $ranges) (i32.add (local.get $place) (i32.const 1))))
          (loop $calls
            (if (i32.lt_u (local.get $call) (global.get $calls_end))
              (then
                (local.set $node (i32.load (local.get $call)))
                (br_if $more (i32.ge_u (local.get $node) (local.get $stop)))
                (local.set $callee (call $get (global.get $targets) (local.get $node)))
                (local.set $call (i32.add (local.get $call) (i32.const 4)))
                ;; Most callees are marked already.
                (br_if $calls
                  (i32.eq (call $marks_of (local.get $callee)) (global.get $REACHES_BOTH)))
                (local.set $hops (call $hops_of (local.get $callee)))
                (br_if $calls (i64.eqz (local.get $hops)))
                (br_if $calls
                  (i32.lt_u (i32.and (call $kind (local.get $node)) (global.get $LIVE))
                    (i32.shl (global.get $of_exits) (i32.const 4))))
                (if (i32.wrap_i64 (local.get $hops))
                  (then
                    (if (i32.and (call $exits_after_return (local.get $node)) (local.get $bit))
                      (then (call $mark (local.get $callee) (i32.const 0))))))
                (if (i64.gt_u (local.get $hops) (i64.const 0xffffffff))
                  (then
                    (if (i32.and (call $exits_from_handler (local.get $node)) (local.get $bit))
                      (then (call $mark (local.get $callee) (i32.const 1))))))
                (br $calls))))
          (br $more)))))

  ;; Gives $vertex the next number, and has its callers followed.
  (func $number (param $vertex i32) (param $parent i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (call $set (global.get $numbers) (local.get $vertex) (global.get $count))
    (call $set (global.get $vertex_of) (global.get $count) (local.get $vertex))
    (call $set (global.get $parent) (global.get $count) (local.get $parent))
    (call $set (global.get $semi) (global.get $count) (global.get $count))
    (call $set (global.get $label) (global.get $count) (global.get $count))
    (call $push (global.get $count))
    (call $push (call $get (global.get $incoming) (local.get $vertex))))

  ;; The exits by which $vertex can be left after the growth at $node in it.
  (func $exits_after_growth (param $vertex i32) (param $node i32) (result i32)
    (if (i32.eqz (global.get $of_exits))
      (then (return (global.get $REACHES_NORMAL))))
    (if (i32.eq (local.get $node) (global.get $HOST_GROWS))
      (then
        (return
          (i32.shl
            (i32.and (i32.load8_u (i32.add (global.get $state) (local.get $vertex))) (global.get $MAY_LEAVE))
            (i32.const 5)))))
    (if (i32.eqz (i32.and (call $kind (local.get $node)) (global.get $LIVE)))
      (then (return (i32.const 0))))
    (call $exits_from (i32.add (local.get $node) (i32.const 1))))

  ;; Numbers the marked vertices in the order of a depth-first search from the growths; returns the highest number. From
  ;; $source to $end stand the sources of growth, as `backward_calls` of reachability.wat has them.
  (func (export "number_vertices") (param $source i32) (param $end i32) (result i32)
    (local $vertex i32) (local $number i32) (local $index i32) (local $stop i32) (local $caller i32) (local $address i32)
    (local $marks i32)
    (global.set $count (global.get $ROOT))
    (global.set $top (global.get $work))
    (call $set (global.get $semi) (global.get $ROOT) (global.get $ROOT))
    (call $set (global.get $label) (global.get $ROOT) (global.get $ROOT))
    (block $done
      (loop $sources
        (br_if $done (i32.ge_u (local.get $source) (local.get $end)))
        (local.set $vertex (i32.load (local.get $source)))
        (if (i32.and
              (call $exits_after_growth (local.get $vertex) (i32.load offset=4 (local.get $source)))
              (call $marks_of (local.get $vertex)))
          (then
            (call $add_marks (local.get $vertex) (global.get $SOURCE))
            (if (i32.eqz (call $get (global.get $numbers) (local.get $vertex)))
              (then (call $number (local.get $vertex) (global.get $ROOT))))))
        (local.set $source (i32.add (local.get $source) (i32.const 8)))
        (loop $more
          (if (i32.gt_u (global.get $top) (global.get $work))
            (then
              (local.set $index (call $pop))
              (local.set $number (call $pop))
              (local.set $vertex (call $get (global.get $vertex_of) (local.get $number)))
              (local.set $stop (call $get (global.get $incoming) (i32.add (local.get $vertex) (i32.const 1))))
              (loop $back
                (br_if $more (i32.ge_u (local.get $index) (local.get $stop)))
                (local.set $address (i32.add (global.get $callers) (i32.shl (local.get $index) (i32.const 3))))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (local.set $caller (i32.load offset=4 (local.get $address)))
                (br_if $back (call $get (global.get $numbers) (local.get $caller)))
                (local.set $marks (call $marks_of (local.get $caller)))
                (br_if $back (i32.eqz (local.get $marks)))
                (br_if $back
                  (i32.eqz (call $is_edge (i32.load (local.get $address)) (local.get $vertex) (local.get $marks))))
                (call $push (local.get $number))
                (call $push (local.get $index))
                (call $number (local.get $caller) (local.get $number))
                (br $more)))))
        (br $sources)))
    (global.get $count))

  ;; The vertex with the least semidominator on the way from $number to the root of its tree in the forest, which does
  ;; not count. Compresses that way.
  (func $least (param $number i32) (result i32)
    (local $above i32)
    (if (i32.eqz (call $get (global.get $ancestor) (local.get $number)))
      (then (return (local.get $number))))
    (global.set $top (global.get $work))
    (local.set $above (local.get $number))
    (loop $up
      (if (call $get (global.get $ancestor) (call $get (global.get $ancestor) (local.get $above)))
        (then
          (call $push (local.get $above))
          (local.set $above (call $get (global.get $ancestor) (local.get $above)))
          (br $up))))
    (loop $down
      (if (i32.gt_u (global.get $top) (global.get $work))
        (then
          (call $compress (call $pop))
          (br $down))))
    (call $get (global.get $label) (local.get $number)))

  (func $compress (param $number i32)
    (local $above i32)
    (local.set $above (call $get (global.get $ancestor) (local.get $number)))
    (if (i32.lt_u
          (call $get (global.get $semi) (call $get (global.get $label) (local.get $above)))
          (call $get (global.get $semi) (call $get (global.get $label) (local.get $number))))
      (then
        (call $set (global.get $label) (local.get $number) (call $get (global.get $label) (local.get $above)))))
    (call $set (global.get $ancestor) (local.get $number) (call $get (global.get $ancestor) (local.get $above))))

  ;; The semidominator of the vertex with $number: the least of those of the vertices from which edges lead to it.
  (func $semidominator (param $number i32) (result i32)
    (local $vertex i32) (local $call i32) (local $stop i32) (local $node i32) (local $callee i32) (local $least i32)
    (local $known i32) (local $marks i32)
    (local.set $vertex (call $get (global.get $vertex_of) (local.get $number)))
    (local.set $marks (call $marks_of (local.get $vertex)))
    (if (i32.and (local.get $marks) (global.get $SOURCE))
      (then (return (global.get $ROOT))))
    (local.set $least (local.get $number))
    (local.set $call (call $get (global.get $first_calls) (local.get $vertex)))
    (local.set $stop (call $get (global.get $ranges) (i32.add (local.get $vertex) (i32.const 1))))
    (block $done
      (br_if $done (i32.eqz (local.get $call)))
      (loop $calls
        (br_if $done (i32.ge_u (local.get $call) (global.get $calls_end)))
        (local.set $node (i32.load (local.get $call)))
        (br_if $done (i32.ge_u (local.get $node) (local.get $stop)))
        (local.set $call (i32.add (local.get $call) (i32.const 4)))
        (local.set $callee (call $get (global.get $targets) (local.get $node)))
        (local.set $known (call $get (global.get $numbers) (local.get $callee)))
        (br_if $calls (i32.eqz (local.get $known)))
        ;; A vertex that is not finished has no smaller number than itself to offer.
        (br_if $calls
          (i32.and
            (i32.ge_u (local.get $known) (local.get $least))
            (i32.eqz (call $get (global.get $ancestor) (local.get $known)))))
        (br_if $calls (i32.eqz (call $is_edge (local.get $node) (local.get $callee) (local.get $marks))))
        (local.set $known (call $get (global.get $semi) (call $least (local.get $known))))
        (local.set $least
          (select (local.get $known) (local.get $least) (i32.lt_u (local.get $known) (local.get $least))))
        (br $calls)))
    (local.get $least))

  ;; Finds the immediate dominator of each number.
  (func (export "find_dominators")
    (local $number i32) (local $semi i32) (local $parent i32) (local $waiting i32) (local $least i32)
    (local.set $number (global.get $count))
    (block $done
      (loop $each
        (br_if $done (i32.le_u (local.get $number) (global.get $ROOT)))
        (local.set $semi (call $semidominator (local.get $number)))
        (call $set (global.get $semi) (local.get $number) (local.get $semi))
        (call $set (global.get $next) (local.get $number) (call $get (global.get $bucket) (local.get $semi)))
        (call $set (global.get $bucket) (local.get $semi) (local.get $number))
        (local.set $parent (call $get (global.get $parent) (local.get $number)))
        (call $set (global.get $ancestor) (local.get $number) (local.get $parent))
        (local.set $waiting (call $get (global.get $bucket) (local.get $parent)))
        (call $set (global.get $bucket) (local.get $parent) (i32.const 0))
        (block $emptied
          (loop $bucket
            (br_if $emptied (i32.eqz (local.get $waiting)))
            (local.set $least (call $least (local.get $waiting)))
            (call $set (global.get $dominator) (local.get $waiting)
              (select (local.get $least) (local.get $parent)
                (i32.lt_u
                  (call $get (global.get $semi) (local.get $least))
                  (call $get (global.get $semi) (local.get $waiting)))))
            (local.set $waiting (call $get (global.get $next) (local.get $waiting)))
            (br $bucket)))
        (local.set $number (i32.sub (local.get $number) (i32.const 1)))
        (br $each)))
    (local.set $number (global.get $ROOT))
    (loop $each
      (local.set $number (i32.add (local.get $number) (i32.const 1)))
      (if (i32.le_u (local.get $number) (global.get $count))
        (then
          (local.set $least (call $get (global.get $dominator) (local.get $number)))
          (if (i32.ne (local.get $least) (call $get (global.get $semi) (local.get $number)))
            (then
              (call $set (global.get $dominator) (local.get $number)
                (call $get (global.get $dominator) (local.get $least)))))
          (br $each))))))
