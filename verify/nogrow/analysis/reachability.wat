;; The reachability kernel: searches the flow graph of the scan kernel backwards, from the growths to the entry points.
;;
;; It shares its memory with the scan kernel. Its input are the nodes that scan.wat describes, the range of nodes of
;; each vertex, and what each import may do. A vertex is a function, a stand-in for the host's functions, or the
;; dispatch of an indirect call. The result is a hop for each vertex: the next step towards a growth, once over all
;; calls and once for each exit by which the function can be left afterwards.
;;
;; `reachability.py` sets the exported globals and calls the exported functions in this order:
;;   redirect_calls, add_dispatch                         complete the graph
;;   index_callers                                        lists the callers of each vertex
;;   compute_summaries                                    which functions return, which throw, which nodes are live
;;   backward_calls, backward_exits                       for each memory: the hops
;;   describe_exits, copy_paths, forget_paths             what each vertex can do, and the paths that prove it
;;   forward_after_growth                                 what may run after a growth
;;   propagate_imports, classify                          which imports each vertex reaches, and who reaches the same
;;
;; A function has two exits: 0 the normal exit, 1 the exceptional exit. As the target of a node they are -1 and -2.
(module
  (import "nogrow" "memory" (memory 1))

  ;; Constants are immutable globals, which wasmtime compiles to constants.

  ;; Kinds of nodes, as scan.wat has them.
  (global $NODE_BR i32 (i32.const 0))
  (global $NODE_BR_IF i32 (i32.const 1))
  (global $NODE_CALL i32 (i32.const 2))
  (global $NODE_GROW i32 (i32.const 3))
  (global $NODE_TRAP i32 (i32.const 4))
  ;; A bit for each kind behind which control may go on at the next node: all but BR and TRAP.
  (global $FALL_THROUGH i32 (i32.const 0x1ee))

  ;; Targets that are no nodes.
  (global $NORMAL_EXIT i32 (i32.const -1))
  (global $EXCEPTIONAL_EXIT i32 (i32.const -2))

  (global $HOST_GROWS i32 (i32.const -1))   ;; instead of a hop's node: the vertex is an import that grows the memory

  ;; Bits in the byte of a node's kind, and what is combined of them.
  (global $KIND i32 (i32.const 0xf))                ;; the kind itself
  (global $LIVE i32 (i32.const 0x10))               ;; some run of the function may get here
  (global $REACHES_NORMAL i32 (i32.const 0x20))     ;; the normal exit can be reached from here
  (global $REACHES_EXCEPTIONAL i32 (i32.const 0x40)) ;; the exceptional exit can be reached from here
  (global $REACHES_BOTH i32 (i32.const 0x60))
  (global $GROWN i32 (i32.const 0x80))              ;; the memory may have grown when the function gets here
  (global $KIND_AND_LIVE i32 (i32.const 0x1f))
  (global $LIVE_CALL i32 (i32.const 0x12))
  (global $LIVE_GROW i32 (i32.const 0x13))

  ;; Bits in a vertex's state.
  (global $MAY_RETURN i32 (i32.const 1))
  (global $MAY_THROW i32 (i32.const 2))
  (global $MAY_LEAVE i32 (i32.const 3))    ;; both of them
  (global $EXITS_KNOWN i32 (i32.const 4))  ;; the exits that its nodes reach are known
  (global $RUNS_AFTER i32 (i32.const 8))   ;; it may run after a growth
  (global $AWAITED i32 (i32.const 0x10))   ;; live calls of it wait for it to return or to throw
  (global $FOLLOWED i32 (i32.const 0x20))  ;; its nodes have been followed (set for imports, too)
  (global $REACHED i32 (i32.const 0x40))   ;; an entry point that `forward_after_growth` was given reaches it
  (global $QUEUED i32 (i32.const 0x80))    ;; it waits in the queue of `propagate_imports`

  (global $kinds (export "kinds") (mut i32) (i32.const 0))         ;; by node, as scan.wat says
  (global $targets (export "targets") (mut i32) (i32.const 0))
  (global $extras (export "extras") (mut i32) (i32.const 0))
  (global $places (export "places") (mut i32) (i32.const 0))
  (global $calls (export "calls") (mut i32) (i32.const 0))         ;; the CALL nodes, 4 bytes each
  (global $calls_end (export "calls_end") (mut i32) (i32.const 0))
  (global $handlers (export "handlers") (mut i32) (i32.const 0))   ;; whether any call has a handler around it
  (global $first_calls (export "first_calls") (mut i32) (i32.const 0)) ;; by vertex: its first place in that list
  (global $ranges (export "ranges") (mut i32) (i32.const 0))       ;; by vertex: its first node, and an end
  (global $vertices (export "vertices") (mut i32) (i32.const 0))
  (global $state (export "state") (mut i32) (i32.const 0))         ;; by vertex: one byte
  (global $incoming (export "incoming") (mut i32) (i32.const 0))   ;; by vertex: its first caller, and an end
  (global $callers (export "callers") (mut i32) (i32.const 0))     ;; 8 bytes each: the calling node and its vertex
  (global $hops (export "hops") (mut i32) (i32.const 0))           ;; by vertex: the node towards a growth, or 0
  (global $exit_hops (export "exit_hops") (mut i32) (i32.const 0)) ;; twice the node plus the callee's exit
  (global $queue (export "queue") (mut i32) (i32.const 0))         ;; 4 bytes for each vertex and exit
  (global $order (export "order") (mut i32) (i32.const 0))         ;; the vertices, most callees come first
  (global $stack (export "stack") (mut i32) (i32.const 0))         ;; 16 bytes for each node and 8 for each vertex
  (global $sets (export "sets") (mut i32) (i32.const 0))           ;; by vertex: 8 bytes, the imports it reaches
  (global $tail (mut i32) (i32.const 0))                           ;; where the queue ends
  (global $top (mut i32) (i32.const 0))                            ;; where the stack ends
  (global $changed_end (mut i32) (i32.const 0))                    ;; where the queue of changed vertices ends
  (global $order_end (mut i32) (i32.const 0))                      ;; where the order ends

  (func $kind_at (param $node i32) (result i32)
    (i32.add (global.get $kinds) (local.get $node)))

  (func $kind (param $node i32) (result i32)
    (i32.load8_u (call $kind_at (local.get $node))))

  (func $mark (param $node i32) (param $bits i32)
    (i32.store8 (call $kind_at (local.get $node)) (i32.or (call $kind (local.get $node)) (local.get $bits))))

  (func $target (param $node i32) (result i32)
    (i32.load (i32.add (global.get $targets) (i32.shl (local.get $node) (i32.const 2)))))

  ;; Where an exception out of the call at $node goes.
  (func $handler (param $node i32) (result i32)
    (local $extra i32)
    (if (i32.eqz (global.get $handlers))
      (then (return (global.get $EXCEPTIONAL_EXIT))))
    (local.set $extra (i32.load (i32.add (global.get $extras) (i32.shl (local.get $node) (i32.const 2)))))
    (select (local.get $extra) (global.get $EXCEPTIONAL_EXIT) (local.get $extra)))

  (func $range (param $vertex i32) (result i32)
    (i32.load (i32.add (global.get $ranges) (i32.shl (local.get $vertex) (i32.const 2)))))

  (func $state_of (param $vertex i32) (result i32)
    (i32.load8_u (i32.add (global.get $state) (local.get $vertex))))

  (func $add_state (param $vertex i32) (param $bits i32)
    (local $address i32)
    (local.set $address (i32.add (global.get $state) (local.get $vertex)))
    (i32.store8 (local.get $address) (i32.or (i32.load8_u (local.get $address)) (local.get $bits))))

  (func $first_caller (param $vertex i32) (result i32)
    (i32.load (i32.add (global.get $incoming) (i32.shl (local.get $vertex) (i32.const 2)))))

  (func $caller (param $index i32) (result i32)
    (i32.add (global.get $callers) (i32.shl (local.get $index) (i32.const 3))))

  ;; Writes the nodes of a dispatch, which calls any one of the $count vertices at $vertices, and returns the node
  ;; behind them. The first node is $first:
  ;;
  ;;   for each vertex:  BR_IF to the next alternative; CALL vertex; BR to the normal exit
  ;;   TRAP
  ;;
  ;; If $catches, host code makes the calls and may catch exceptions. The calls get a handler, which is behind the TRAP:
  ;;
  ;;   BR_IF to the exceptional exit; BR to the normal exit
  (func (export "add_dispatch")
    (param $first i32) (param $vertices i32) (param $count i32) (param $catches i32) (result i32)
    (local $handler i32)
    (local.set $handler (i32.add (local.get $first) (i32.add (i32.mul (local.get $count) (i32.const 3)) (i32.const 1))))
    (loop $more
      (if (local.get $count)
        (then
          (i32.store8 (call $kind_at (local.get $first)) (global.get $NODE_BR_IF))
          (call $set_target (local.get $first) (i32.add (local.get $first) (i32.const 3)))
          (local.set $first (i32.add (local.get $first) (i32.const 1)))
          (i32.store8 (call $kind_at (local.get $first)) (global.get $NODE_CALL))
          (call $set_target (local.get $first) (i32.load (local.get $vertices)))
          (if (local.get $catches)
            (then
              (i32.store (i32.add (global.get $extras) (i32.shl (local.get $first) (i32.const 2)))
                (local.get $handler))))
          (i32.store (global.get $calls_end) (local.get $first))
          (global.set $calls_end (i32.add (global.get $calls_end) (i32.const 4)))
          (local.set $first (i32.add (local.get $first) (i32.const 1)))
          (i32.store8 (call $kind_at (local.get $first)) (global.get $NODE_BR))
          (call $set_target (local.get $first) (global.get $NORMAL_EXIT))
          (local.set $first (i32.add (local.get $first) (i32.const 1)))
          (local.set $vertices (i32.add (local.get $vertices) (i32.const 4)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $more))))
    (i32.store8 (call $kind_at (local.get $first)) (global.get $NODE_TRAP))
    (if (local.get $catches)
      (then
        (i32.store8 (call $kind_at (local.get $handler)) (global.get $NODE_BR_IF))
        (call $set_target (local.get $handler) (global.get $EXCEPTIONAL_EXIT))
        (local.set $first (i32.add (local.get $handler) (i32.const 1)))
        (i32.store8 (call $kind_at (local.get $first)) (global.get $NODE_BR))
        (call $set_target (local.get $first) (global.get $NORMAL_EXIT))))
    (i32.add (local.get $first) (i32.const 1)))

  ;; Makes each call of a function call the vertex that $instead has for it (4 bytes for each of $functions; 0 leaves
  ;; the call as it is).
  (func (export "redirect_calls") (param $instead i32) (param $functions i32)
    (local $call i32) (local $callee i32) (local $dispatch i32)
    (local.set $call (global.get $calls))
    (loop $each
      (if (i32.lt_u (local.get $call) (global.get $calls_end))
        (then
          (local.set $callee (call $target (i32.load (local.get $call))))
          (if (i32.lt_u (local.get $callee) (local.get $functions))
            (then
              (local.set $dispatch
                (i32.load (i32.add (local.get $instead) (i32.shl (local.get $callee) (i32.const 2)))))
              (if (local.get $dispatch)
                (then (call $set_target (i32.load (local.get $call)) (local.get $dispatch))))))
          (local.set $call (i32.add (local.get $call) (i32.const 4)))
          (br $each)))))

  (func $set_target (param $node i32) (param $target i32)
    (i32.store (i32.add (global.get $targets) (i32.shl (local.get $node) (i32.const 2))) (local.get $target)))

  ;; Sorts the calls by callee, with a counting sort:
  ;;
  ;;   for each call: incoming[callee] += 1
  ;;   incoming = running sums of incoming          (where the callers of each vertex end)
  ;;   for each call, from the last to the first:
  ;;     incoming[callee] -= 1; callers[incoming[callee]] = (call, vertex of the call)
  ;;     first_calls[vertex of the call] = call
  (func (export "index_callers")
    (local $vertex i32) (local $node i32) (local $call i32) (local $address i32) (local $sum i32) (local $first i32)
    (local.set $call (global.get $calls))
    (loop $count
      (if (i32.lt_u (local.get $call) (global.get $calls_end))
        (then
          (local.set $address (i32.add (global.get $targets) (i32.shl (i32.load (local.get $call)) (i32.const 2))))
          (local.set $address (i32.add (global.get $incoming) (i32.shl (i32.load (local.get $address)) (i32.const 2))))
          (i32.store (local.get $address) (i32.add (i32.load (local.get $address)) (i32.const 1)))
          (local.set $call (i32.add (local.get $call) (i32.const 4)))
          (br $count))))
    ;; Each entry becomes the end of its vertex's callers; filling from the back makes it the start.
    (loop $add
      (local.set $address (i32.add (global.get $incoming) (i32.shl (local.get $vertex) (i32.const 2))))
      (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $address))))
      (i32.store (local.get $address) (local.get $sum))
      (br_if $add
        (i32.le_u (local.tee $vertex (i32.add (local.get $vertex) (i32.const 1))) (global.get $vertices))))
    (local.set $vertex (global.get $vertices))
    (local.set $first (call $range (local.get $vertex)))
    (loop $fill
      (if (i32.gt_u (local.get $call) (global.get $calls))
        (then
          (local.set $call (i32.sub (local.get $call) (i32.const 4)))
          (local.set $node (i32.load (local.get $call)))
          (loop $owner
            (if (i32.lt_u (local.get $node) (local.get $first))
              (then
                (local.set $vertex (i32.sub (local.get $vertex) (i32.const 1)))
                (local.set $first (call $range (local.get $vertex)))
                (br $owner))))
          (local.set $address (i32.add (global.get $targets) (i32.shl (local.get $node) (i32.const 2))))
          (local.set $address (i32.add (global.get $incoming) (i32.shl (i32.load (local.get $address)) (i32.const 2))))
          (local.set $sum (i32.sub (i32.load (local.get $address)) (i32.const 1)))
          (i32.store (local.get $address) (local.get $sum))
          (i32.store (i32.add (global.get $first_calls) (i32.shl (local.get $vertex) (i32.const 2))) (local.get $call))
          (local.set $address (i32.add (global.get $callers) (i32.shl (local.get $sum) (i32.const 3))))
          (i32.store (local.get $address) (local.get $node))
          (i32.store offset=4 (local.get $address) (local.get $vertex))
          (br $fill)))))

  ;; ---- Summaries: which functions return, which throw, and which nodes are live
  ;;
  ;; The least fixpoint of these rules:
  ;;   the first node of a vertex is live
  ;;   a live node makes the nodes behind it live; if an exit is behind it, its vertex may leave by that exit
  ;;   behind a live CALL are: the next node, if the callee may return; the handler or the exceptional exit, if it may
  ;;   throw
  ;;
  ;;   for each vertex with nodes that has not been followed:
  ;;     sweep it: mark nodes as live in their order, and follow the callees of live calls first
  ;;     what goes back to an earlier node is followed at once, by `run`
  ;;   for each vertex that came to return or to throw while calls of it were waiting:
  ;;     for each live call of it: run on behind the call

  ;; Follows the nodes of $vertex in their order and marks what comes next as live. A callee is followed before the
  ;; first call of it, which is met again afterwards: so calls seldom have to wait. It has few branches, which would be
  ;; hard to predict.
  (func $sweep (param $vertex i32)
    (local $index i32) (local $stop i32) (local $kind i32) (local $callee i32) (local $state i32)
    (local $live i32) (local $target i32) (local $falls i32)
    (call $push_pair (i32.const 0) (local.get $vertex))
    (local.set $index (call $enter (local.get $vertex)))
    (local.set $stop (call $range (i32.add (local.get $vertex) (i32.const 1))))
    (local.set $live (global.get $LIVE))
    (loop $more
      (if (i32.eq (local.get $index) (local.get $stop))
        (then
          (call $note_exits (local.get $vertex))
          (call $append_to_order (local.get $vertex))
          (global.set $top (i32.sub (global.get $top) (i32.const 8)))
          (local.set $index (i32.load (global.get $top)))
          (if (i32.eqz (local.get $index))
            (then (return)))
          (local.set $vertex (i32.load offset=4 (global.get $top)))
          (local.set $live (global.get $LIVE))
          (local.set $stop (call $range (i32.add (local.get $vertex) (i32.const 1))))))
      ;; $live is $LIVE if control can come from the node before.
      (local.set $kind
        (i32.or (i32.load8_u (i32.add (global.get $kinds) (local.get $index))) (local.get $live)))
      (local.set $target (local.get $index))
      (local.set $live (i32.const 0))
      (if (i32.and (local.get $kind) (global.get $LIVE))
        (then
          (i32.store8 (i32.add (global.get $kinds) (local.get $index)) (local.get $kind))
          (local.set $target
            (i32.load (i32.add (global.get $targets) (i32.shl (local.get $index) (i32.const 2)))))
          (if (i32.eq (local.get $kind) (global.get $LIVE_CALL))
            (then
              (local.set $callee (local.get $target))
              (local.set $state (i32.load8_u (i32.add (global.get $state) (local.get $callee))))
              (if (i32.eqz (i32.and (local.get $state) (global.get $FOLLOWED)))
                (then
                  (call $note_exits (local.get $vertex))
                  (call $push_pair (local.get $index) (local.get $vertex))
                  (local.set $vertex (local.get $callee))
                  (local.set $index (call $enter (local.get $vertex)))
                  (local.set $stop (call $range (i32.add (local.get $vertex) (i32.const 1))))
                  (local.set $live (global.get $LIVE))
                  (br $more)))
              (if (i32.ne (i32.and (local.get $state) (global.get $MAY_LEAVE)) (global.get $MAY_LEAVE))
                (then (call $add_state (local.get $callee) (global.get $AWAITED))))
              (local.set $falls (i32.and (local.get $state) (global.get $MAY_RETURN)))
              (local.set $target
                (select
                  (if (result i32) (global.get $handlers)
                    (then (call $handler (local.get $index)))
                    (else (global.get $EXCEPTIONAL_EXIT)))
                  (local.get $index)
                  (i32.and (local.get $state) (global.get $MAY_THROW)))))
            (else
              (local.set $kind (i32.and (local.get $kind) (global.get $KIND)))
              ;; All but BR and TRAP go on at the next node.
              (local.set $falls
                (i32.and (i32.shr_u (global.get $FALL_THROUGH) (local.get $kind)) (i32.const 1)))
              (local.set $target
                (select (local.get $target) (local.get $index) (i32.le_u (local.get $kind) (global.get $NODE_BR_IF))))))
          (if (i32.lt_u (local.get $target) (local.get $index))
            (then (call $run (local.get $target) (local.get $vertex)))
            (else
              (local.set $target (i32.add (global.get $kinds) (local.get $target)))
              (i32.store8 (local.get $target)
                (i32.or (i32.load8_u (local.get $target)) (global.get $LIVE)))))
          (local.set $live (i32.shl (local.get $falls) (i32.const 4)))))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br $more)))

  ;; Adds the exits that the sweep of $vertex came to: it marks them as live in the two bytes before the kinds.
  (func $note_exits (param $vertex i32)
    (local $marks i32)
    (local.set $marks (i32.load16_u (call $kind_at (global.get $EXCEPTIONAL_EXIT))))
    (i32.store16 (call $kind_at (global.get $EXCEPTIONAL_EXIT)) (i32.const 0))
    (if (i32.and (local.get $marks) (i32.const 0x1000))
      (then (call $add_exit (local.get $vertex) (global.get $MAY_RETURN))))
    (if (i32.and (local.get $marks) (global.get $LIVE))
      (then (call $add_exit (local.get $vertex) (global.get $MAY_THROW)))))

  ;; Marks $vertex as followed and returns its first node.
  (func $enter (param $vertex i32) (result i32)
    (call $add_state (local.get $vertex) (global.get $FOLLOWED))
    (call $range (local.get $vertex)))

  ;; A vertex is complete: most of its callees are in the order already.
  (func $append_to_order (param $vertex i32)
    (i32.store (global.get $order_end) (local.get $vertex))
    (global.set $order_end (i32.add (global.get $order_end) (i32.const 4))))

  ;; Follows a run of $vertex that gets to node $index, or to an exit, as far as it goes:
  ;;
  ;;   push (index, vertex)
  ;;   until nothing is left of what was pushed here: pop (index, vertex)
  ;;     until the run ends at an exit, at a trap, or at a node that is live already:
  ;;       mark the node as live; push where else the run may go; go on with the next node
  (func $run (param $index i32) (param $vertex i32)
    (local $kind i32) (local $state i32) (local $callee i32) (local $bottom i32)
    (local.set $bottom (global.get $top))
    (loop $more
      (block $ended
        (if (i32.ge_u (local.get $index) (global.get $EXCEPTIONAL_EXIT))
          (then
            (call $add_exit (local.get $vertex) (i32.sub (i32.const 0) (local.get $index)))
            (br $ended)))
        (local.set $kind (i32.load8_u (i32.add (global.get $kinds) (local.get $index))))
        (br_if $ended (i32.and (local.get $kind) (global.get $LIVE)))
        (if (i32.eq (local.get $kind) (global.get $NODE_CALL))
          (then
            (local.set $callee (i32.load (i32.add (global.get $targets) (i32.shl (local.get $index) (i32.const 2)))))
            (local.set $state (i32.load8_u (i32.add (global.get $state) (local.get $callee))))
            (if (i32.eqz (i32.and (local.get $state) (global.get $FOLLOWED)))
              (then
                (call $push_pair (local.get $index) (local.get $vertex))
                (call $add_state (local.get $callee) (global.get $FOLLOWED))
                (call $append_to_order (local.get $callee))
                (local.set $index (call $range (local.get $callee)))
                (local.set $vertex (local.get $callee))
                (br $more)))
            (i32.store8 (i32.add (global.get $kinds) (local.get $index)) (i32.or (local.get $kind) (global.get $LIVE)))
            (if (i32.ne (i32.and (local.get $state) (global.get $MAY_LEAVE)) (global.get $MAY_LEAVE))
              (then (call $add_state (local.get $callee) (global.get $AWAITED))))
            (if (i32.and (local.get $state) (global.get $MAY_THROW))
              (then (call $push_pair (call $handler (local.get $index)) (local.get $vertex))))
            (local.set $index (i32.add (local.get $index) (i32.const 1)))
            (br_if $more (i32.and (local.get $state) (global.get $MAY_RETURN)))
            (br $ended)))
        (i32.store8 (i32.add (global.get $kinds) (local.get $index)) (i32.or (local.get $kind) (global.get $LIVE)))
        (if (i32.le_u (local.get $kind) (global.get $NODE_BR_IF))
          (then
            (if (local.get $kind)
              (then
                (call $push_pair
                  (i32.load (i32.add (global.get $targets) (i32.shl (local.get $index) (i32.const 2))))
                  (local.get $vertex))
                (local.set $index (i32.add (local.get $index) (i32.const 1))))
              (else
                (local.set $index
                  (i32.load (i32.add (global.get $targets) (i32.shl (local.get $index) (i32.const 2)))))))
            (br $more)))
        (local.set $index (i32.add (local.get $index) (i32.const 1)))
        (br_if $more (i32.ne (local.get $kind) (global.get $NODE_TRAP))))
      (if (i32.gt_u (global.get $top) (local.get $bottom))
        (then
          (global.set $top (i32.sub (global.get $top) (i32.const 8)))
          (local.set $index (i32.load (global.get $top)))
          (local.set $vertex (i32.load offset=4 (global.get $top)))
          (br $more)))))

  ;; Pushes two words.
  (func $push_pair (param $index i32) (param $vertex i32)
    (i32.store (global.get $top) (local.get $index))
    (i32.store offset=4 (global.get $top) (local.get $vertex))
    (global.set $top (i32.add (global.get $top) (i32.const 8))))

  ;; $vertex may leave by an exit ($bit of its state). If calls of it wait for that, it joins the queue to wake them.
  (func $add_exit (param $vertex i32) (param $bit i32)
    (local $address i32) (local $state i32)
    (local.set $address (i32.add (global.get $state) (local.get $vertex)))
    (local.set $state (i32.load8_u (local.get $address)))
    (if (i32.eqz (i32.and (local.get $state) (local.get $bit)))
      (then
        (i32.store8 (local.get $address) (i32.or (local.get $state) (local.get $bit)))
        (if (i32.and (local.get $state) (global.get $AWAITED))
          (then
            (i32.store (global.get $changed_end) (local.get $vertex))
            (global.set $changed_end (i32.add (global.get $changed_end) (i32.const 4))))))))

  (func (export "compute_summaries")
    (local $vertex i32) (local $head i32) (local $index i32) (local $stop i32) (local $node i32) (local $state i32)
    (local $address i32) (local $kinds i32) (local $caller i32)
    (global.set $top (global.get $stack))
    (global.set $changed_end (global.get $queue))
    (local.set $head (global.get $queue))
    (global.set $order_end (global.get $order))
    (loop $each
      (if (i32.lt_u (local.get $vertex) (global.get $vertices))
        (then
          ;; Stand-ins for the host have no nodes: what comes next is not theirs.
          (if (i32.and
                (i32.eqz (i32.and (call $state_of (local.get $vertex)) (global.get $FOLLOWED)))
                (i32.lt_u (call $range (local.get $vertex)) (call $range (i32.add (local.get $vertex) (i32.const 1)))))
            (then (call $sweep (local.get $vertex))))
          (local.set $vertex (i32.add (local.get $vertex) (i32.const 1)))
          (br $each))))
    ;; A vertex that may leave by another exit wakes the live calls of it.
    (loop $more
      (if (i32.lt_u (local.get $head) (global.get $changed_end))
        (then
          (local.set $vertex (i32.load (local.get $head)))
          (local.set $head (i32.add (local.get $head) (i32.const 4)))
          (local.set $state (call $state_of (local.get $vertex)))
          (local.set $index (call $first_caller (local.get $vertex)))
          (local.set $stop (call $first_caller (i32.add (local.get $vertex) (i32.const 1))))
          (loop $wake
            (if (i32.lt_u (local.get $index) (local.get $stop))
              (then
                (local.set $address (i32.add (global.get $callers) (i32.shl (local.get $index) (i32.const 3))))
                (local.set $node (i32.load (local.get $address)))
                (local.set $kinds (i32.load16_u (i32.add (global.get $kinds) (local.get $node))))
                (if (i32.and (local.get $kinds) (global.get $LIVE))
                  (then
                    ;; The next node's kind is the high byte.
                    (if (i32.gt_u (i32.shl (i32.and (local.get $state) (global.get $MAY_RETURN)) (i32.const 12))
                          (i32.and (local.get $kinds) (i32.const 0x1000)))
                      (then
                        (call $run (i32.add (local.get $node) (i32.const 1)) (i32.load offset=4 (local.get $address)))))
                    (if (i32.and (local.get $state) (global.get $MAY_THROW))
                      (then
                        (local.set $caller (i32.load offset=4 (local.get $address)))
                        ;; Most calls are in no handler, and their callers throw already.
                        (if (i32.or (global.get $handlers)
                              (i32.eqz (i32.and
                                (i32.load8_u (i32.add (global.get $state) (local.get $caller)))
                                (global.get $MAY_THROW))))
                          (then (call $run (call $handler (local.get $node)) (local.get $caller))))))))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (br $wake))))
          (br $more)))))

  ;; ---- Backwards over all calls: which vertices can reach a growth of one memory
  ;;
  ;;   queue = the vertices with a GROW of the memory (hop: that node), and the imports that grow it (hop: -1)
  ;;   for each vertex in the queue: for each call of it:
  ;;     if the caller has no hop: hop of the caller = the call; add the caller to the queue
  ;;
  ;; The search is breadth-first, so hops lead along shortest paths.

  ;; $vertex reaches a growth by way of $hop.
  (func $add_hop (param $vertex i32) (param $hop i32)
    (local $address i32)
    (local.set $address (i32.add (global.get $hops) (i32.shl (local.get $vertex) (i32.const 2))))
    (if (i32.eqz (i32.load (local.get $address)))
      (then
        (i32.store (local.get $address) (local.get $hop))
        (i32.store (global.get $tail) (local.get $vertex))
        (global.set $tail (i32.add (global.get $tail) (i32.const 4))))))

  ;; From $source to $end stand the sources of growth: 8 bytes each, a vertex and its hop.
  (func (export "backward_calls") (param $source i32) (param $end i32)
    (local $head i32) (local $index i32) (local $stop i32) (local $vertex i32) (local $address i32)
    (memory.fill (global.get $hops) (i32.const 0) (i32.shl (global.get $vertices) (i32.const 2)))
    (global.set $tail (global.get $queue))
    (local.set $head (global.get $queue))
    (loop $sources
      (if (i32.lt_u (local.get $source) (local.get $end))
        (then
          (call $add_hop (i32.load (local.get $source)) (i32.load offset=4 (local.get $source)))
          (local.set $source (i32.add (local.get $source) (i32.const 8)))
          (br $sources))))
    (loop $more
      (if (i32.lt_u (local.get $head) (global.get $tail))
        (then
          (local.set $vertex (i32.load (local.get $head)))
          (local.set $head (i32.add (local.get $head) (i32.const 4)))
          (local.set $index (call $first_caller (local.get $vertex)))
          (local.set $stop (call $first_caller (i32.add (local.get $vertex) (i32.const 1))))
          (loop $back
            (if (i32.lt_u (local.get $index) (local.get $stop))
              (then
                (local.set $address
                  (i32.add (global.get $callers) (i32.shl (local.get $index) (i32.const 3))))
                (if (i32.eqz
                      (i32.load
                        (i32.add (global.get $hops)
                          (i32.shl (i32.load offset=4 (local.get $address)) (i32.const 2)))))
                  (then
                    (call $add_hop (i32.load offset=4 (local.get $address)) (i32.load (local.get $address)))))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (br $back))))
          (br $more))))
    (call $compute_exits_of_reached))

  ;; ---- Backwards within a function: by which exits each node can leave
  ;;
  ;;   for each vertex that reaches a growth, once:
  ;;     until nothing changes: for each node from the last to the first:
  ;;       exits of the node = union of the exits of all nodes behind it (of a CALL: as its callee's summary says)

  ;; The exits ($REACHES_*) that can be reached from $target, which may be an exit itself: the two bytes before the
  ;; kinds stand for these.
  (func $exits_from (param $target i32) (result i32)
    (i32.and (i32.load8_u (i32.add (global.get $kinds) (local.get $target))) (global.get $REACHES_BOTH)))

  (func $compute_exits_of_reached
    (local $vertex i32)
    (i32.store8 (call $kind_at (global.get $NORMAL_EXIT)) (global.get $REACHES_NORMAL))
    (i32.store8 (call $kind_at (global.get $EXCEPTIONAL_EXIT)) (global.get $REACHES_EXCEPTIONAL))
    (loop $each
      (if (i32.eqz (i32.and (call $state_of (local.get $vertex)) (global.get $EXITS_KNOWN)))
        (then
          (if (i32.load (i32.add (global.get $hops) (i32.shl (local.get $vertex) (i32.const 2))))
            (then
              (call $add_state (local.get $vertex) (global.get $EXITS_KNOWN))
              (call $compute_exits (local.get $vertex))))))
      (br_if $each
        (i32.lt_u (local.tee $vertex (i32.add (local.get $vertex) (i32.const 1))) (global.get $vertices)))))

  ;; Sweeps backwards over the nodes of $vertex. Branches to earlier nodes are noted on the stack: where such a branch
  ;; would gain an exit, another sweep starts there. After 16 sweeps, every node counts as reaching both exits: that is
  ;; too much, but never too little.
  (func $compute_exits (param $vertex i32)
    (local $first i32) (local $index i32) (local $kind i32) (local $known i32) (local $next i32) (local $state i32)
    (local $target i32) (local $through i32) (local $sweeps i32) (local $place i32) (local $noted i32)
    (local.set $first (call $range (local.get $vertex)))
    (local.set $index (call $range (i32.add (local.get $vertex) (i32.const 1))))
    (global.set $top (global.get $stack))
    (local.set $noted (global.get $stack))
    (loop $sweep
      (loop $each
        (if (i32.gt_u (local.get $index) (local.get $first))
          (then
            (local.set $index (i32.sub (local.get $index) (i32.const 1)))
            (local.set $kind (i32.load8_u (i32.add (global.get $kinds) (local.get $index))))
            (local.set $known (local.get $kind))
            (local.set $kind (i32.and (local.get $kind) (global.get $KIND)))
            ;; $next holds the exits from the node behind, and becomes those from this one. Node 0 has none.
            (local.set $target
              (i32.load (i32.add (global.get $targets) (i32.shl (local.get $index) (i32.const 2)))))
            (if (i32.eq (local.get $kind) (global.get $NODE_CALL))
              (then
                (local.set $state (i32.load8_u (i32.add (global.get $state) (local.get $target))))
                (local.set $through (i32.and (local.get $state) (global.get $MAY_RETURN)))
                (local.set $target
                  (select
                    (if (result i32) (global.get $handlers)
                      (then (call $handler (local.get $index)))
                      (else (global.get $EXCEPTIONAL_EXIT)))
                    (i32.const 0)
                    (i32.and (local.get $state) (global.get $MAY_THROW)))))
              (else
                (local.set $through
                  (i32.and (i32.shr_u (global.get $FALL_THROUGH) (local.get $kind)) (i32.const 1)))
                (local.set $target
                  (select (local.get $target) (i32.const 0) (i32.le_u (local.get $kind) (global.get $NODE_BR_IF))))))
            (local.set $next
              (i32.or
                (i32.and (local.get $next) (i32.sub (i32.const 0) (local.get $through)))
                (call $exits_from (local.get $target))))
            (i32.store8 (i32.add (global.get $kinds) (local.get $index))
              (i32.or (local.get $known) (local.get $next)))
            (if (i32.lt_u (i32.sub (local.get $target) (i32.const 1)) (local.get $index))
              (then
                (if (i32.eqz (local.get $sweeps))
                  (then (call $push_pair (local.get $index) (local.get $target))))))
            (br $each))))
      (local.set $place (local.get $noted))
      (loop $back
        (if (i32.lt_u (local.get $place) (global.get $top))
          (then
            (local.set $index (i32.load (local.get $place)))
            (local.set $next (call $exits_from (i32.load offset=4 (local.get $place))))
            (if (i32.and (local.get $next) (i32.xor (call $exits_from (local.get $index)) (i32.const -1)))
              (then
                ;; They were noted from the last node to the first: what is behind this one is final.
                (local.set $sweeps (i32.add (local.get $sweeps) (i32.const 1)))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (local.set $next (i32.const 0))
                (if (i32.lt_u (local.get $index) (call $range (i32.add (local.get $vertex) (i32.const 1))))
                  (then (local.set $next (call $exits_from (local.get $index)))))
                (br_if $sweep (i32.lt_u (local.get $sweeps) (i32.const 16)))
                (call $assume_all_exits (local.get $vertex))
                (return)))
            (local.set $place (i32.add (local.get $place) (i32.const 8)))
            (br $back))))))

  ;; Lets every node of $vertex reach both exits.
  (func $assume_all_exits (param $vertex i32)
    (local $index i32)
    (local.set $index (call $range (local.get $vertex)))
    (loop $each
      (if (i32.lt_u (local.get $index) (call $range (i32.add (local.get $vertex) (i32.const 1))))
        (then
          (call $mark (local.get $index) (global.get $REACHES_BOTH))
          (local.set $index (i32.add (local.get $index) (i32.const 1)))
          (br $each)))))

  ;; ---- Backwards over the exits: which vertices can grow the memory and be left then
  ;;
  ;;   queue = (vertex, exit) for each live GROW of the memory and each exit that can be reached from behind it,
  ;;           and for each import that grows it and each exit that it has
  ;;   for each (vertex, exit) in the queue: for each live call of the vertex:
  ;;     for each exit that the caller can reach from where the callee's exit leads:
  ;;       if (caller, that exit) has no hop: give it this call and exit as its hop; add it to the queue

  ;; $vertex can be left by the exits $bits ($REACHES_*) after a growth by way of $hop.
  (func $add_exit_hops (param $vertex i32) (param $bits i32) (param $hop i32)
    (if (i32.and (local.get $bits) (global.get $REACHES_NORMAL))
      (then (call $add_exit_hop (i32.shl (local.get $vertex) (i32.const 1)) (local.get $hop))))
    (if (i32.and (local.get $bits) (global.get $REACHES_EXCEPTIONAL))
      (then
        (call $add_exit_hop (i32.or (i32.shl (local.get $vertex) (i32.const 1)) (i32.const 1)) (local.get $hop)))))

  ;; $place is twice the vertex plus the exit.
  (func $add_exit_hop (param $place i32) (param $hop i32)
    (local $address i32)
    (local.set $address (i32.add (global.get $exit_hops) (i32.shl (local.get $place) (i32.const 2))))
    (if (i32.eqz (i32.load (local.get $address)))
      (then
        (i32.store (local.get $address) (local.get $hop))
        (i32.store (global.get $tail) (local.get $place))
        (global.set $tail (i32.add (global.get $tail) (i32.const 4))))))

  ;; The sources of growth are those of `backward_calls`, without imports behind which only a trap can follow.
  (func (export "backward_exits") (param $source i32) (param $end i32)
    (local $head i32) (local $index i32) (local $stop i32) (local $place i32) (local $address i32)
    (local $node i32) (local $exit i32) (local $vertex i32) (local $caller i32)
    (memory.fill (global.get $exit_hops) (i32.const 0) (i32.shl (global.get $vertices) (i32.const 3)))
    (global.set $tail (global.get $queue))
    (local.set $head (global.get $queue))
    (loop $sources
      (if (i32.lt_u (local.get $source) (local.get $end))
        (then
          (local.set $vertex (i32.load (local.get $source)))
          (local.set $node (i32.load offset=4 (local.get $source)))
          (if (i32.eq (local.get $node) (global.get $HOST_GROWS))
            (then
              (call $add_exit_hops (local.get $vertex)
                (i32.shl (i32.and (call $state_of (local.get $vertex)) (global.get $MAY_LEAVE)) (i32.const 5))
                (global.get $HOST_GROWS)))
            (else
              (if (i32.and (call $kind (local.get $node)) (global.get $LIVE))
                (then
                  (call $add_exit_hops (local.get $vertex)
                    (call $exits_from (i32.add (local.get $node) (i32.const 1)))
                    (i32.shl (local.get $node) (i32.const 1)))))))
          (local.set $source (i32.add (local.get $source) (i32.const 8)))
          (br $sources))))
    (loop $more
      (if (i32.lt_u (local.get $head) (global.get $tail))
        (then
          (local.set $place (i32.load (local.get $head)))
          (local.set $exit (i32.and (local.get $place) (i32.const 1)))
          (local.set $head (i32.add (local.get $head) (i32.const 4)))
          (local.set $vertex (i32.shr_u (local.get $place) (i32.const 1)))
          (local.set $index (call $first_caller (local.get $vertex)))
          (local.set $stop (call $first_caller (i32.add (local.get $vertex) (i32.const 1))))
          (loop $back
            (if (i32.lt_u (local.get $index) (local.get $stop))
              (then
                (local.set $address (call $caller (local.get $index)))
                (local.set $node (i32.load (local.get $address)))
                (local.set $caller (i32.load offset=4 (local.get $address)))
                (if (i32.and
                      (i32.or
                        (i32.eqz (call $exit_hop (local.get $caller) (i32.const 0)))
                        (i32.eqz (call $exit_hop (local.get $caller) (i32.const 1))))
                      (i32.shr_u (i32.and (call $kind (local.get $node)) (global.get $LIVE)) (i32.const 4)))
                  (then
                    (call $add_exit_hops (local.get $caller)
                      (call $exits_from
                        (if (result i32) (local.get $exit)
                          (then (call $handler (local.get $node)))
                          (else (i32.add (local.get $node) (i32.const 1)))))
                      (i32.or (i32.shl (local.get $node) (i32.const 1)) (local.get $exit)))))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (br $back))))
          (br $more)))))

  ;; Writes a byte for each vertex at $out, with bits for what it can do: 1 there is a path of calls to a growth, 2 it can
  ;; grow the memory and return, 4 it can grow the memory and be left by an exception.
  (func (export "describe_exits") (param $out i32)
    (local $vertex i32)
    (loop $each
      (i32.store8 (i32.add (local.get $out) (local.get $vertex))
        (i32.or
          (i32.ne
            (i32.load (i32.add (global.get $hops) (i32.shl (local.get $vertex) (i32.const 2))))
            (i32.const 0))
          (i32.or
            (i32.shl (i32.ne (call $exit_hop (local.get $vertex) (i32.const 0)) (i32.const 0)) (i32.const 1))
            (i32.shl (i32.ne (call $exit_hop (local.get $vertex) (i32.const 1)) (i32.const 0)) (i32.const 2)))))
      (br_if $each
        (i32.lt_u (local.tee $vertex (i32.add (local.get $vertex) (i32.const 1))) (global.get $vertices)))))

  ;; The hop that follows the one at place $place: its place, or -1 if the path ends. $shift is 1 for hops of exits, whose
  ;; places are twice the vertex plus the exit, and else 0.
  (func $next_place (param $hops i32) (param $place i32) (param $shift i32) (result i32)
    (local $hop i32) (local $node i32)
    (local.set $hop (i32.load (i32.add (local.get $hops) (i32.shl (local.get $place) (i32.const 2)))))
    (if (i32.eq (local.get $hop) (global.get $HOST_GROWS))
      (then (return (i32.const -1))))
    (local.set $node (i32.shr_u (local.get $hop) (local.get $shift)))
    (if (i32.ne (i32.and (call $kind (local.get $node)) (global.get $KIND)) (global.get $NODE_CALL))
      (then (return (i32.const -1))))
    (i32.or
      (i32.shl (call $target (local.get $node)) (local.get $shift))
      (i32.and (local.get $hop) (local.get $shift))))

  ;; Copies the paths from the $count places at $starts (4 bytes each), in place of which it writes the numbers of their
  ;; first records, or -1 where there is no hop. $records counts the records at $out that earlier calls have made; returns
  ;; how many there are now. $known has 4 bytes for each place: 0, or the number of its record plus 1; `forget_paths` sets
  ;; them to 0 again. A record has 16 bytes:
  ;;   +0  place
  ;;   +4  next    the record of the next step, or -1
  ;;   +8  offset of the instruction in the file, 0 for an import that grows the memory
  ;;   +12 end     the import, plus 1, that grows the memory at the end of the path; 0 if a function of the module does
  ;;
  ;;   for each start: make records until the path ends, or comes to a place that has a record
  ;;                   note the end in all records that were made
  (func (export "copy_paths")
    (param $hops i32) (param $shift i32) (param $starts i32) (param $count i32) (param $known i32) (param $out i32)
    (param $records i32) (result i32)
    (local $place i32) (local $first i32) (local $record i32) (local $hop i32) (local $at i32) (local $end i32)
    (local $number i32) (local $address i32)
    (block $done
      (loop $each
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $place (i32.load (local.get $starts)))
        (local.set $number (i32.const 0))
        (if (i32.load (i32.add (local.get $hops) (i32.shl (local.get $place) (i32.const 2))))
          (then
            (local.set $first (local.get $records))
            (local.set $address (i32.add (local.get $known) (i32.shl (local.get $place) (i32.const 2))))
            (block $ended
              (loop $forth
                (local.set $at (i32.add (local.get $known) (i32.shl (local.get $place) (i32.const 2))))
                (local.set $number (i32.load (local.get $at)))
                (if (local.get $number)
                  (then
                    (local.set $number (i32.sub (local.get $number) (i32.const 1)))
                    (local.set $end
                      (i32.load offset=12 (i32.add (local.get $out) (i32.shl (local.get $number) (i32.const 4)))))
                    (if (i32.gt_u (local.get $records) (local.get $first))
                      (then (i32.store offset=4 (local.get $record) (local.get $number))))
                    (br $ended)))
                (local.set $record (i32.add (local.get $out) (i32.shl (local.get $records) (i32.const 4))))
                (local.set $records (i32.add (local.get $records) (i32.const 1)))
                (i32.store (local.get $at) (local.get $records))
                (local.set $hop (i32.load (i32.add (local.get $hops) (i32.shl (local.get $place) (i32.const 2)))))
                (i32.store (local.get $record) (local.get $place))
                (i32.store offset=8 (local.get $record) (i32.const 0))
                (local.set $end (i32.add (i32.shr_u (local.get $place) (local.get $shift)) (i32.const 1)))
                (if (i32.ne (local.get $hop) (global.get $HOST_GROWS))
                  (then
                    (i32.store offset=8 (local.get $record)
                      (i32.load
                        (i32.add (global.get $places)
                          (i32.shl (i32.shr_u (local.get $hop) (local.get $shift)) (i32.const 2)))))
                    (local.set $end (i32.const 0))))
                (local.set $place (call $next_place (local.get $hops) (local.get $place) (local.get $shift)))
                (if (i32.eq (local.get $place) (i32.const -1))
                  (then
                    (i32.store offset=4 (local.get $record) (i32.const -1))
                    (br $ended)))
                (i32.store offset=4 (local.get $record) (local.get $records))
                (br $forth)))
            (loop $note
              (if (i32.lt_u (local.get $first) (local.get $records))
                (then
                  (i32.store offset=12 (i32.add (local.get $out) (i32.shl (local.get $first) (i32.const 4)))
                    (local.get $end))
                  (local.set $first (i32.add (local.get $first) (i32.const 1)))
                  (br $note))))
            (local.set $number (i32.load (local.get $address)))))
        (i32.store (local.get $starts) (i32.sub (local.get $number) (i32.const 1)))
        (local.set $starts (i32.add (local.get $starts) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $each)))
    (local.get $records))

  (func (export "forget_paths") (param $known i32) (param $out i32) (param $records i32)
    (loop $each
      (if (local.get $records)
        (then
          (i32.store (i32.add (local.get $known) (i32.shl (i32.load (local.get $out)) (i32.const 2))) (i32.const 0))
          (local.set $out (i32.add (local.get $out) (i32.const 16)))
          (local.set $records (i32.sub (local.get $records) (i32.const 1)))
          (br $each)))))

  ;; ---- Forwards from the growths: what may run after a growth of the memory last searched for
  ;;
  ;;   mark the vertices that the given entry points reach
  ;;   for each marked vertex that reaches a growth: for each of its nodes in their order:
  ;;     the nodes behind a live GROW, and behind a live CALL of what can grow and come back, run after a growth
  ;;     so do all nodes behind these; a CALL among them makes its callee run after a growth
  ;;   whatever such callees call, runs after a growth, too

  ;; After a growth, control goes from node $index to $target. The sweep comes to $target later, unless it stands before
  ;; $index.
  (func $flow_to (param $target i32) (param $index i32)
    (if (i32.ge_u (local.get $target) (global.get $EXCEPTIONAL_EXIT))
      (then (return)))
    (if (i32.gt_u (local.get $target) (local.get $index))
      (then (call $mark (local.get $target) (global.get $GROWN)))
      (else
        (call $push_grown (local.get $target))
        (call $drain))))

  ;; Marks $target as running after a growth, and has it followed, unless it is an exit or marked already.
  (func $push_grown (param $target i32)
    (if (i32.ge_u (local.get $target) (global.get $EXCEPTIONAL_EXIT))
      (then (return)))
    (if (i32.and (call $kind (local.get $target)) (global.get $GROWN))
      (then (return)))
    (call $mark (local.get $target) (global.get $GROWN))
    (i32.store (global.get $top) (local.get $target))
    (global.set $top (i32.add (global.get $top) (i32.const 4))))

  ;; Follows all nodes on the stack.
  (func $drain
    (local $index i32) (local $kind i32) (local $callee i32) (local $state i32)
    (loop $more
      (if (i32.gt_u (global.get $top) (global.get $stack))
        (then
          (global.set $top (i32.sub (global.get $top) (i32.const 4)))
          (local.set $index (i32.load (global.get $top)))
          (local.set $kind (i32.and (call $kind (local.get $index)) (global.get $KIND)))
          (if (i32.eq (local.get $kind) (global.get $NODE_CALL))
            (then
              (local.set $callee (call $target (local.get $index)))
              (local.set $state (call $state_of (local.get $callee)))
              (call $enqueue (local.get $callee) (global.get $RUNS_AFTER))
              (if (i32.and (local.get $state) (global.get $MAY_THROW))
                (then (call $push_grown (call $handler (local.get $index)))))
              (if (i32.and (local.get $state) (global.get $MAY_RETURN))
                (then (call $push_grown (i32.add (local.get $index) (i32.const 1)))))
              (br $more)))
          (if (i32.le_u (local.get $kind) (global.get $NODE_BR_IF))
            (then (call $push_grown (call $target (local.get $index)))))
          (if (i32.and
                (i32.ne (local.get $kind) (global.get $NODE_BR))
                (i32.ne (local.get $kind) (global.get $NODE_TRAP)))
            (then (call $push_grown (i32.add (local.get $index) (i32.const 1)))))
          (br $more)))))

  ;; Sets bit $bit in the states of all vertices that those in the queue, from $head on, call directly or indirectly.
  (func $propagate_bit (param $head i32) (param $bit i32)
    (local $vertex i32) (local $call i32) (local $stop i32) (local $address i32) (local $state i32)
    (loop $more
      (if (i32.lt_u (local.get $head) (global.get $tail))
        (then
          (local.set $vertex (i32.load (local.get $head)))
          (local.set $head (i32.add (local.get $head) (i32.const 4)))
          (local.set $call
            (i32.load (i32.add (global.get $first_calls) (i32.shl (local.get $vertex) (i32.const 2)))))
          (br_if $more (i32.eqz (local.get $call)))
          (local.set $stop (call $range (i32.add (local.get $vertex) (i32.const 1))))
          (loop $calls
            (if (i32.lt_u (local.get $call) (global.get $calls_end))
              (then
                (local.set $address (i32.load (local.get $call)))
                (br_if $more (i32.ge_u (local.get $address) (local.get $stop)))
                (local.set $vertex
                  (i32.load (i32.add (global.get $targets) (i32.shl (local.get $address) (i32.const 2)))))
                (local.set $address (i32.add (global.get $state) (local.get $vertex)))
                (local.set $state (i32.load8_u (local.get $address)))
                (if (i32.eqz (i32.and (local.get $state) (local.get $bit)))
                  (then
                    (i32.store8 (local.get $address) (i32.or (local.get $state) (local.get $bit)))
                    (i32.store (global.get $tail) (local.get $vertex))
                    (global.set $tail (i32.add (global.get $tail) (i32.const 4)))))
                (local.set $call (i32.add (local.get $call) (i32.const 4)))
                (br $calls))))
          (br $more)))))

  ;; Marks the $count vertices at $vertices, and all that they can reach.
  (func $mark_reachable (param $vertices i32) (param $count i32)
    (global.set $tail (global.get $queue))
    (loop $seed
      (if (local.get $count)
        (then
          (call $enqueue (i32.load (local.get $vertices)) (global.get $REACHED))
          (local.set $vertices (i32.add (local.get $vertices) (i32.const 4)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $seed))))
    (call $propagate_bit (global.get $queue) (global.get $REACHED)))

  ;; Finds what follows a growth in $vertex: right behind it, or behind a call that may have grown the memory and come
  ;; back.
  (func $sweep_after_growth (param $vertex i32) (param $memory i32)
    (local $index i32) (local $stop i32) (local $kind i32) (local $target i32) (local $grown i32) (local $state i32)
    (local $hops i64)
    (local.set $index (call $range (local.get $vertex)))
    (local.set $stop (call $range (i32.add (local.get $vertex) (i32.const 1))))
    (loop $each
      (if (i32.lt_u (local.get $index) (local.get $stop))
        (then
          ;; $grown is $GROWN if control can come from the node before after a growth.
          (local.set $kind
            (i32.or (i32.load8_u (i32.add (global.get $kinds) (local.get $index))) (local.get $grown)))
          (i32.store8 (i32.add (global.get $kinds) (local.get $index)) (local.get $kind))
          (local.set $grown (i32.and (local.get $kind) (global.get $GROWN)))
          (local.set $target
            (i32.load (i32.add (global.get $targets) (i32.shl (local.get $index) (i32.const 2)))))
          (block $done
            (if (i32.eq (i32.and (local.get $kind) (global.get $KIND)) (global.get $NODE_CALL))
              (then
                (local.set $state (i32.load8_u (i32.add (global.get $state) (local.get $target))))
                (if (local.get $grown)
                  (then
                    (if (i32.eqz (i32.and (local.get $state) (global.get $RUNS_AFTER)))
                      (then (call $enqueue (local.get $target) (global.get $RUNS_AFTER))))
                    (if (i32.and (local.get $state) (global.get $MAY_THROW))
                      (then (call $flow_to (call $handler (local.get $index)) (local.get $index))))
                    (local.set $grown (i32.shl (i32.and (local.get $state) (global.get $MAY_RETURN)) (i32.const 7)))))
                (br_if $done (i32.eqz (i32.and (local.get $kind) (global.get $LIVE))))
                (local.set $hops
                  (i64.load (i32.add (global.get $exit_hops) (i32.shl (local.get $target) (i32.const 3)))))
                (if (i32.wrap_i64 (local.get $hops))
                  (then (local.set $grown (global.get $GROWN))))
                (if (i64.gt_u (local.get $hops) (i64.const 0xffffffff))
                  (then (call $flow_to (call $handler (local.get $index)) (local.get $index))))
                (br $done)))
            (local.set $kind (i32.and (local.get $kind) (global.get $KIND_AND_LIVE)))
            (if (i32.eq (local.get $kind) (global.get $LIVE_GROW))
              (then
                (if (i32.eq (local.get $target) (local.get $memory))
                  (then (local.set $grown (global.get $GROWN))))
                (br $done)))
            (br_if $done (i32.eqz (local.get $grown)))
            (local.set $kind (i32.and (local.get $kind) (global.get $KIND)))
            (if (i32.le_u (local.get $kind) (global.get $NODE_BR_IF))
              (then (call $flow_to (local.get $target) (local.get $index))))
            ;; All but BR and TRAP go on at the next node.
            (local.set $grown
              (i32.shl (i32.and (i32.shr_u (global.get $FALL_THROUGH) (local.get $kind)) (i32.const 1)) (i32.const 7))))
          (local.set $index (i32.add (local.get $index) (i32.const 1)))
          (br $each)))))

  ;; The hop of $vertex for one of its exits.
  (func $exit_hop (param $vertex i32) (param $exit i32) (result i32)
    (i32.load
      (i32.add (global.get $exit_hops)
        (i32.add (i32.shl (local.get $vertex) (i32.const 3)) (i32.shl (local.get $exit) (i32.const 2))))))

  ;; Follows only the functions that the $count vertices at $vertices can reach.
  (func (export "forward_after_growth") (param $memory i32) (param $vertices i32) (param $count i32)
    (local $vertex i32)
    (call $mark_reachable (local.get $vertices) (local.get $count))
    (global.set $top (global.get $stack))
    (global.set $tail (global.get $queue))
    (loop $each
      (if (i32.and (call $state_of (local.get $vertex)) (global.get $REACHED))
        (then
          (if (i32.load (i32.add (global.get $hops) (i32.shl (local.get $vertex) (i32.const 2))))
            (then (call $sweep_after_growth (local.get $vertex) (local.get $memory))))))
      (br_if $each
        (i32.lt_u (local.tee $vertex (i32.add (local.get $vertex) (i32.const 1))) (global.get $vertices))))
    (call $propagate_bit (global.get $queue) (global.get $RUNS_AFTER)))

  ;; ---- Backwards over all calls: which imports each vertex reaches
  ;;
  ;;   sets = 0; sets[import] = the bit of its group
  ;;   queue = the imports, then all vertices with nodes, most callees before their callers
  ;;   until the queue is empty: take a vertex from it; for each caller of the vertex:
  ;;     sets[caller] |= sets[vertex]; if that changed anything: add the caller to the queue, unless it waits there
  ;;
  ;; Because of the order, nearly everything is known when the queue has gone through the vertices once.

  ;; $imports has $count imports; each group, of 64 at most, has $together of them.
  (func (export "propagate_imports") (param $imports i32) (param $count i32) (param $together i32)
    (local $left i32) (local $vertex i32) (local $index i32) (local $stop i32) (local $address i32) (local $bits i64)
    (local $bit i64) (local $caller i32) (local $head i32)
    (memory.fill (global.get $sets) (i32.const 0) (i32.shl (global.get $vertices) (i32.const 3)))
    (global.set $tail (global.get $queue))
    (local.set $head (global.get $queue))
    (local.set $bit (i64.const 1))
    (local.set $left (local.get $together))
    (loop $seed
      (if (local.get $count)
        (then
          (local.set $vertex (i32.load (local.get $imports)))
          (i64.store (i32.add (global.get $sets) (i32.shl (local.get $vertex) (i32.const 3))) (local.get $bit))
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          (if (i32.eqz (local.get $left))
            (then
              (local.set $left (local.get $together))
              (local.set $bit (i64.shl (local.get $bit) (i64.const 1)))))
          (call $enqueue (local.get $vertex) (global.get $QUEUED))
          (local.set $imports (i32.add (local.get $imports) (i32.const 4)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $seed))))
    (local.set $index (global.get $order))
    (loop $all
      (if (i32.lt_u (local.get $index) (global.get $order_end))
        (then
          (call $enqueue (i32.load (local.get $index)) (global.get $QUEUED))
          (local.set $index (i32.add (local.get $index) (i32.const 4)))
          (br $all))))
    (loop $more
      (if (i32.ne (local.get $head) (global.get $tail))
        (then
          (local.set $vertex (i32.load (local.get $head)))
          (local.set $head (call $wrap (i32.add (local.get $head) (i32.const 4))))
          (local.set $address (i32.add (global.get $state) (local.get $vertex)))
          (i32.store8 (local.get $address) (i32.and (i32.load8_u (local.get $address)) (i32.const 0x7f)))
          (local.set $bits (i64.load (i32.add (global.get $sets) (i32.shl (local.get $vertex) (i32.const 3)))))
          (br_if $more (i64.eqz (local.get $bits)))
          (local.set $index (call $first_caller (local.get $vertex)))
          (local.set $stop (call $first_caller (i32.add (local.get $vertex) (i32.const 1))))
          (loop $back
            (if (i32.lt_u (local.get $index) (local.get $stop))
              (then
                (local.set $caller (i32.load offset=4 (call $caller (local.get $index))))
                (local.set $address (i32.add (global.get $sets) (i32.shl (local.get $caller) (i32.const 3))))
                (if (i64.ne (i64.or (i64.load (local.get $address)) (local.get $bits)) (i64.load (local.get $address)))
                  (then
                    (i64.store (local.get $address) (i64.or (i64.load (local.get $address)) (local.get $bits)))
                    (call $enqueue (local.get $caller) (global.get $QUEUED))))
                (local.set $index (i32.add (local.get $index) (i32.const 1)))
                (br $back))))
          (br $more)))))

  ;; Refines the classes of the vertices by the sets that `propagate_imports` has left. $classes holds the class of each
  ;; vertex (4 bytes), which becomes a new one: vertices are in one class if they were before and if their sets are equal.
  ;; Returns the number of new classes. For each of them stand at $out the old class (4 bytes, 4 unused) and the set (8
  ;; bytes). $table has room for $slots entries of 4 bytes, a power of two and at least twice the number of vertices: it
  ;; is a hash table with linear probing, whose entries are classes plus 1.
  (func (export "classify")
    (param $classes i32) (param $out i32) (param $table i32) (param $slots i32) (result i32)
    (local $vertex i32) (local $known i32) (local $class i32) (local $bits i64) (local $slot i32) (local $address i32)
    (local $entry i32)
    (memory.fill (local.get $table) (i32.const 0) (i32.shl (local.get $slots) (i32.const 2)))
    (block $done
      (loop $each
        (br_if $done (i32.eq (local.get $vertex) (global.get $vertices)))
        (local.set $bits
          (i64.load (i32.add (global.get $sets) (i32.shl (local.get $vertex) (i32.const 3)))))
        (local.set $class (i32.load (local.get $classes)))
        ;; The golden ratio in 64 bits scatters the keys.
        (local.set $slot
          (i32.and
            (i32.wrap_i64
              (i64.shr_u
                (i64.mul
                  (i64.add (local.get $bits)
                    (i64.mul (i64.extend_i32_u (local.get $class)) (i64.const 0x9e3779b97f4a7c15)))
                  (i64.const 0x9e3779b97f4a7c15))
                (i64.const 32)))
            (i32.sub (local.get $slots) (i32.const 1))))
        (block $found
          (loop $probe
            (local.set $address (i32.add (local.get $table) (i32.shl (local.get $slot) (i32.const 2))))
            (if (i32.eqz (i32.load (local.get $address)))
              (then
                (local.set $entry (i32.add (local.get $out) (i32.shl (local.get $known) (i32.const 4))))
                (i32.store (local.get $entry) (local.get $class))
                (i64.store offset=8 (local.get $entry) (local.get $bits))
                (local.set $known (i32.add (local.get $known) (i32.const 1)))
                (i32.store (local.get $address) (local.get $known))
                (br $found)))
            (local.set $entry
              (i32.add (local.get $out)
                (i32.shl (i32.sub (i32.load (local.get $address)) (i32.const 1)) (i32.const 4))))
            (br_if $found
              (i32.and
                (i32.eq (i32.load (local.get $entry)) (local.get $class))
                (i64.eq (i64.load offset=8 (local.get $entry)) (local.get $bits))))
            (local.set $slot
              (i32.and (i32.add (local.get $slot) (i32.const 1)) (i32.sub (local.get $slots) (i32.const 1))))
            (br $probe)))
        (i32.store (local.get $classes) (i32.sub (i32.load (local.get $address)) (i32.const 1)))
        (local.set $classes (i32.add (local.get $classes) (i32.const 4)))
        (local.set $vertex (i32.add (local.get $vertex) (i32.const 1)))
        (br $each)))
    (local.get $known))

  ;; The address $place in the queue, or the queue's start if that is where it ends: it is a ring with two places for
  ;; each vertex.
  (func $wrap (param $place i32) (result i32)
    (select (global.get $queue) (local.get $place)
      (i32.eq (local.get $place) (i32.add (global.get $queue) (i32.shl (global.get $vertices) (i32.const 3))))))

  ;; Sets $bit in the state of $vertex and adds it to the queue, unless the bit is set already.
  (func $enqueue (param $vertex i32) (param $bit i32)
    (local $address i32) (local $state i32)
    (local.set $address (i32.add (global.get $state) (local.get $vertex)))
    (local.set $state (i32.load8_u (local.get $address)))
    (if (i32.and (local.get $state) (local.get $bit))
      (then (return)))
    (i32.store8 (local.get $address) (i32.or (local.get $state) (local.get $bit)))
    (i32.store (global.get $tail) (local.get $vertex))
    (global.set $tail (call $wrap (i32.add (global.get $tail) (i32.const 4))))))
